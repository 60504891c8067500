import type { RenderedNamespace } from '../components/tenant-isolation/render.ts'

/** A tenant's objects as kubectl takes them, in the order in which they must come. */
export function tenantManifests(namespaces: RenderedNamespace[]): object[] {
  return namespaces.flatMap((it) => [
    { apiVersion: 'v1', kind: 'Namespace', ...it.namespace },
    ...it.networkPolicies.map((policy) => ({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', ...policy })),
    // Before the quota that counts quotas: the API server refuses what a quota counts whose status is not there yet.
    { apiVersion: 'v1', kind: 'ResourceQuota', ...it.affinityQuota },
    { apiVersion: 'v1', kind: 'ResourceQuota', ...it.quota },
    { apiVersion: 'v1', kind: 'LimitRange', ...it.limitRange },
    { apiVersion: 'v1', kind: 'ServiceAccount', ...it.serviceAccount },
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', ...it.role },
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', ...it.roleBinding },
  ])
}
