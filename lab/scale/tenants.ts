/** Tenants for measuring, as their file has them and as kubectl takes them. */
import { renderTenant } from '../../components/tenant-isolation/render.ts'
import type { Surroundings } from '../../components/tenant-isolation/tenant.ts'
import type { StackedTenant } from '../../config/check-stacked.ts'

/** What is measured are tenants that say no more than they must, and one range that they may reach. */
export function tenantsFile(count: number, from = 1): string {
  return Array.from({ length: count }, (_, i) => `- {name: tenant-${from + i}, group: 'annex:tenant-${from + i}', egress: [203.0.113.0/24]}\n`).join('')
}

/** The objects of a tenant in the order in which they must come. */
export function objectsOf(tenant: StackedTenant, surroundings: Surroundings): object[] {
  return renderTenant(tenant, surroundings).flatMap((it) => [
    { apiVersion: 'v1', kind: 'Namespace', ...it.namespace },
    ...it.networkPolicies.map((policy) => ({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', ...policy })),
    { apiVersion: 'v1', kind: 'ResourceQuota', ...it.quota },
    { apiVersion: 'v1', kind: 'LimitRange', ...it.limitRange },
    { apiVersion: 'v1', kind: 'ServiceAccount', ...it.serviceAccount },
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', ...it.role },
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', ...it.roleBinding },
  ])
}
