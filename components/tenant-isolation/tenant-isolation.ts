/** A tenant's namespace and what keeps it apart from all others. */
import * as k8s from '@pulumi/kubernetes'
import * as pulumi from '@pulumi/pulumi'
import { renderLimitRange, renderNamespace, renderNetworkPolicies, renderQuota, renderRole, renderRoleBinding, type TenantSpec } from './render.ts'

export type TenantIsolationArgs = TenantSpec

/** Namespace under `restricted`, default-deny with DNS and the platform open, quota, limits, and a role for the tenant's group. */
export class TenantIsolation extends pulumi.ComponentResource {
  /** Name of the namespace. */
  readonly namespace: string
  /** What must be there before a workload starts in it. */
  readonly ready: pulumi.Resource[]

  constructor(name: string, args: TenantIsolationArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super('annex:index:TenantIsolation', name, {}, opts)
    const namespace = new k8s.core.v1.Namespace(name, renderNamespace(args), { parent: this })
    const inside = { parent: this, dependsOn: namespace }
    const policies = renderNetworkPolicies(args).map((policy) => new k8s.networking.v1.NetworkPolicy(`${name}-${policy.metadata.name}`, policy, inside))
    const quota = new k8s.core.v1.ResourceQuota(name, renderQuota(args), inside)
    const limits = new k8s.core.v1.LimitRange(name, renderLimitRange(args), inside)
    const role = new k8s.rbac.v1.Role(name, renderRole(args), inside)
    const binding = new k8s.rbac.v1.RoleBinding(name, renderRoleBinding(args), { parent: this, dependsOn: role })
    this.namespace = args.name
    this.ready = [namespace, ...policies, quota, limits, binding]
    this.registerOutputs({ namespace: args.name })
  }
}
