/** What keeps one tenant apart, as plain data. */
import { namespacePoolLabel } from '../tenant-placement/admission-cel.ts'
import { nodePoolOf } from '../tenant-placement/node-pools.ts'
import { ownLabels, tenantAnnotations, tenantLabel } from './names.ts'
import { renderNetworkPolicies } from './network-policies.ts'
import { renderAffinityQuota, renderLimitRange, renderQuota } from './quota.ts'
import { renderRole, renderRoleBinding, renderServiceAccount } from './roles.ts'
import { namespacesOf, type Surroundings, type TenantSpec } from './tenant.ts'

export { platformNamespaces } from './names.ts'

/** Pod Security Standards as of the cluster this was tested with; pinned, so that an upgrade cannot change the rules unseen. */
export const podSecurityVersion = 'v1.36'

/** Labels that put a namespace under a Pod Security level, in all three modes. */
export function podSecurityLabels(level: 'baseline' | 'restricted'): Record<string, string> {
  return Object.fromEntries(['enforce', 'audit', 'warn'].flatMap((mode) => [
    [`pod-security.kubernetes.io/${mode}`, level],
    [`pod-security.kubernetes.io/${mode}-version`, podSecurityVersion],
  ]))
}

/** Each namespace of the tenant with everything in it. */
export function renderTenant(tenant: TenantSpec, surroundings: Surroundings) {
  return namespacesOf(tenant).map(({ name, quota }) => ({
    namespace: renderNamespace(tenant, name),
    networkPolicies: renderNetworkPolicies(tenant, name, surroundings),
    quota: renderQuota(tenant, name, quota),
    affinityQuota: renderAffinityQuota(tenant, name),
    limitRange: renderLimitRange(tenant, name, quota),
    serviceAccount: renderServiceAccount(tenant, name),
    role: renderRole(tenant, name),
    roleBinding: renderRoleBinding(tenant, name),
  }))
}

export type RenderedNamespace = ReturnType<typeof renderTenant>[number]

function renderNamespace(tenant: TenantSpec, name: string) {
  const { registries } = tenant
  return {
    metadata: {
      name,
      labels: { ...ownLabels(tenant.name, 'namespace'), ...tenantLabel, [namespacePoolLabel]: nodePoolOf(tenant), ...podSecurityLabels('restricted') },
      annotations: {
        [tenantAnnotations.tenant]: tenant.name,
        [tenantAnnotations.namespaces]: list(namespacesOf(tenant).map((it) => it.name)),
        [tenantAnnotations.registries]: registries.length === 0 ? '*' : list(registries.map((it) => it.name)),
        [tenantAnnotations.privateRegistries]: list(registries.filter(({ pullSecret }) => pullSecret !== undefined).map((it) => it.name)),
        [tenantAnnotations.priorityClasses]: list(tenant.priorityClasses),
        [tenantAnnotations.ingressHosts]: list(tenant.ingressHosts),
        [tenantAnnotations.protected]: String(tenant.protect),
      },
    },
  }
}

function list(values: string[]): string {
  return values.join(',')
}
