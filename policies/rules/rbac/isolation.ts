import type { StackRule } from '../../rule.ts'
import type { Stack } from '../../stack.ts'
import { boundedByAdmission } from './bounded.ts'
import { granting } from './roles.ts'

/** What only the platform may change. */
const platform = ['namespaces', 'resourcequotas', 'limitranges', 'clusterroles', 'clusterrolebindings']
/** What a tenant may serve itself with, where an admission policy holds it within its bounds. */
const selfService = ['networkpolicies', 'rolebindings', 'roles']

export const rbacIsolation: StackRule = {
  id: 'rbac-isolation',
  title: 'No role changes what isolates a namespace: its labels, quota and limits, and the roles of the whole cluster; its network policies and roles only where an admission policy bounds them.',
  severity: 'high',
  frameworks: { nsa: ['Authentication and authorization: least privilege'], mtb: ['Block modification of role bindings', 'Block modification of resource quotas'] },
  why: 'A tenant that changes its own quota or policies has none; who changes a ClusterRole changes it for everybody who has it.',
  fix: "Grant get, list and watch on these resources at most, or bound them by a ValidatingAdmissionPolicy that a binding enforces (TenantAdmission does, in the platform's stack for all stacks of tenants).",
  url: 'https://kubernetes.io/docs/concepts/security/rbac-good-practices/#namespace-modification',
  looksAt: 'stack',
  check: (stack) => {
    const bounded = new Set([...boundedByAdmission(stack), ...boundedByPlatform(stack)])
    const resources = [...platform, ...selfService.filter((name) => !bounded.has(name))]
    const power = { groups: ['', 'networking.k8s.io', 'rbac.authorization.k8s.io'], resources, verbs: ['create', 'update', 'patch', 'delete', 'deletecollection'] }
    return stack.resources.flatMap((resource) => granting(resource, power).map((fault) => ({ resource, fault })))
  },
}

/** A stack of tenants alone: what the platform's stack says that its policies judge. */
function boundedByPlatform(stack: Stack): unknown[] {
  return stack.resources.filter(({ type }) => type === 'annex:index:PlatformReference')
    .flatMap(({ properties }) => properties.get('boundedByAdmission').items().map(({ value }) => value))
}
