/** What annex is told of a tenant. */

import type { PooledTenant } from '../tenant-placement/node-pools.ts'

export interface TenantSpec extends PooledTenant {
  /** Further namespaces of the same tenant, each with a quota of its own. */
  namespaces: { name: string; quota: Quota }[]
  /** Group whose members get the tenant role in all its namespaces. */
  group: string
  /** Of the first namespace. */
  quota: Quota
  /** Most that one pod, and one claim, may have. Default: the namespace's quota. */
  limits: { cpu?: string; memory?: string; claim?: string }
  /** IPv4 ranges outside the cluster that its pods may reach. */
  egress: string[]
  /** Whether its people may run commands in pods, attach, forward ports and add debug containers. */
  exec: boolean
  /** Where images may come from: a registry, with a path perhaps. None: anywhere. */
  registries: { name: string; pullSecret?: string }[]
  /** Priority classes that its pods may name. */
  priorityClasses: string[]
  /** DNS names that it may publish, each with all names below it. */
  ingressHosts: string[]
  /** Whether its namespaces are kept from being deleted, by Pulumi and by everyone else. */
  protect: boolean
}

/** Quantities of Kubernetes; `pods`, `claims` and `objects` are counts. */
export interface Quota {
  cpu: string
  memory: string
  storage: string
  ephemeralStorage: string
  pods: number
  claims: number
  /** Most of each other kind of object. */
  objects: number
}

/** What the cluster around a tenant looks like. */
export interface Surroundings {
  /** IPv4 ranges that no tenant may reach through its egress list: nodes, API server, pods, services, tunnel. */
  closed: string[]
  /** Addresses of the DNS cache on the nodes, where there is one (NodeLocal DNSCache). */
  nodeLocalDns: string[]
}

/** All namespaces of a tenant, with their quotas. */
export function namespacesOf({ name, quota, namespaces }: Pick<TenantSpec, 'name' | 'quota' | 'namespaces'>): { name: string; quota: Quota }[] {
  return [{ name, quota }, ...namespaces]
}

/** By namespace, the tenant whose it is. */
export function tenantsOfNamespaces(tenants: Parameters<typeof namespacesOf>[0][]): Record<string, string> {
  return Object.fromEntries(tenants.flatMap((tenant) => namespacesOf(tenant).map(({ name }) => [name, tenant.name])))
}
