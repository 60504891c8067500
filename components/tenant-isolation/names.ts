/** How the objects of a tenant are named and marked. */

export const platformNamespaces = ['paas-system', 'paas-operators']

/** Set on every namespace by the API server; nobody can forge it. */
export const namespaceLabel = 'kubernetes.io/metadata.name'

/** Namespaces with this label are a tenant's: the admission policies hold in them. Only who may change a namespace can set it. */
export const tenantLabel = { 'paas-tier': 'tenant' }

/** On a tenant's namespaces: the Pulumi stack that they belong to. A tenant that changed its stack would be deleted in one and empty in the other. */
export const stackLabel = 'annex/stack'

/**
 * What the admission policies must know of a tenant is written into annotations of its namespaces: a policy sees them without
 * another look-up, a tenant may not change them, and a thousand tenants need no policy more than one.
 */
export const tenantAnnotations = {
  /** The tenant. */
  tenant: 'annex/tenant',
  /** All namespaces of the tenant. */
  namespaces: 'annex/namespaces',
  /** Registries, with a path perhaps, from which images may come; `*` for all. */
  registries: 'annex/registries',
  /** Those of them to which the tenant has credentials of its own. */
  privateRegistries: 'annex/private-registries',
  priorityClasses: 'annex/priority-classes',
  ingressHosts: 'annex/ingress-hosts',
  /** `true` where nobody may delete the namespace. */
  protected: 'annex/protected',
} as const

/** The recommended labels: what an object is, for which tenant, and which component of which tool made it. */
export function ownLabels(tenant: string, component: string): Record<string, string> {
  return {
    'app.kubernetes.io/name': 'tenant-isolation',
    'app.kubernetes.io/instance': tenant,
    'app.kubernetes.io/component': component,
    'app.kubernetes.io/part-of': tenant,
    'app.kubernetes.io/managed-by': 'annex',
  }
}
