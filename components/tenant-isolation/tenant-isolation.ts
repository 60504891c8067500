/** A tenant's namespaces and what keeps it apart from all others. */
import * as k8s from '@pulumi/kubernetes'
import * as pulumi from '@pulumi/pulumi'
import { stackLabel } from './names.ts'
import { renderTenant, type RenderedNamespace } from './render.ts'
import { namespacesOf, type Surroundings, type TenantSpec } from './tenant.ts'

export interface TenantIsolationArgs extends TenantSpec {
  /** What the tenant must know of the platform. */
  surroundings: Surroundings
}

/**
 * Namespaces under `restricted`, default-deny with DNS, the platform and the listed egress open, quota, limits, a role for the tenant's group,
 * and no token for its pods. `TenantAdmission` must be there before: it holds what RBAC and quota cannot.
 */
export class TenantIsolation extends pulumi.ComponentResource {
  /** Names of the tenant's namespaces; the first is that of the tenant. */
  readonly namespaces: string[]
  /** What must be there before a workload starts in one of them. */
  readonly ready: pulumi.Resource[]

  constructor(name: string, args: TenantIsolationArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super('annex:index:TenantIsolation', name, {}, opts)
    this.namespaces = namespacesOf(args).map((it) => it.name)
    this.ready = renderTenant(args, args.surroundings).flatMap((rendered) => createNamespace(this, rendered, args.protect))
    this.registerOutputs({ namespaces: this.namespaces })
  }
}

/** Everything of a namespace is named after it: no two tenants share one. */
function createNamespace(parent: pulumi.Resource, rendered: RenderedNamespace, protect: boolean): pulumi.Resource[] {
  const { name } = rendered.namespace.metadata
  const { labels, ...metadata } = rendered.namespace.metadata
  // Only the namespace needs it: Pulumi refuses the whole update when it would delete something protected.
  const namespace = new k8s.core.v1.Namespace(name, { metadata: { ...metadata, labels: { ...labels, [stackLabel]: pulumi.getStack() } } }, { parent, protect })
  // With the namespace Kubernetes itself deletes what is in it, its pods first: they are not to run on without what keeps them apart (CVE-2024-7598).
  const inside = { parent, dependsOn: namespace, deletedWith: namespace }
  const kept = [
    ...rendered.networkPolicies.map((policy) => new k8s.networking.v1.NetworkPolicy(`${name}-${policy.metadata.name}`, policy, inside)),
    new k8s.core.v1.LimitRange(name, rendered.limitRange, inside),
    // A patch: Kubernetes itself makes this account in every namespace.
    new k8s.core.v1.ServiceAccountPatch(`${name}-default`, rendered.serviceAccount, inside),
    new k8s.rbac.v1.Role(name, rendered.role, inside),
  ]
  // After what it counts: until its status is there, the API server refuses that. The second one is counted by it.
  const quota = new k8s.core.v1.ResourceQuota(name, rendered.quota, { ...inside, dependsOn: kept })
  const affinity = new k8s.core.v1.ResourceQuota(`${name}-affinity`, rendered.affinityQuota, { ...inside, dependsOn: quota })
  // Last, so that nobody works in a namespace that an update was cut in.
  const binding = new k8s.rbac.v1.RoleBinding(name, rendered.roleBinding, { ...inside, dependsOn: affinity })
  return [namespace, ...kept, quota, affinity, binding]
}
