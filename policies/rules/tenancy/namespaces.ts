import type { Field } from '../../field.ts'
import { type Fault, type Resource, unverifiable } from '../../rule.ts'
import type { Settings } from '../../settings.ts'
import type { Stack } from '../../stack.ts'

/**
 * A rule about what a tenant's namespace has to hold: the fault of each one that has not. Namespaces of the platform are none.
 * @param fault undefined where nothing is missing, or the unknown field that decides it
 */
export function tenantFaults(
  stack: Stack,
  { platformNamespaces }: Settings,
  kind: string,
  fault: (objects: Field[]) => string | Field | undefined,
): { resource: Resource; fault: Fault }[] {
  return stack.objects('Namespace').flatMap(({ object, resource }) => {
    const name = object.get('metadata', 'name')
    if (name.isUnknown) return [{ resource, fault: unverifiable(name) }]
    if (typeof name.value !== 'string' || platformNamespaces.includes(name.value)) return []
    const { objects, undecided } = stack.within(name.value, kind)
    const message = fault(objects.map((found) => found.object))
    if (message === undefined) return []
    if (typeof message !== 'string') return [{ resource, fault: unverifiable(name, `may have what is needed: ${message.toString()} of an object (${kind}) is not known before the update`) }]
    return [{ resource, fault: undecided === undefined ? stack.missing(name, message) : unverifiable(name, `may be the namespace of an object (${kind}) whose namespace is not known before the update`) }]
  })
}

/** Label of a tenant's namespaces and nodes. */
export const TENANT_LABEL = 'paas-tier'
export const TENANT = 'tenant'

/** Names of the namespaces that the stack marks as a tenant's: by the label, in the Namespace or in a patch of it, or as TenantIsolation does besides. */
export function tenantNamespaces(stack: Stack): Set<unknown> {
  const marked = [...stack.objects('Namespace'), ...stack.patches('Namespace')].filter(({ object }) => {
    const metadata = object.get('metadata')
    return metadata.get('labels', TENANT_LABEL).value === TENANT || !metadata.get('annotations', 'annex/tenant').isAbsent
  })
  return new Set(marked.map(({ object }) => object.get('metadata', 'name').value).filter((name) => typeof name === 'string'))
}

/**
 * Names of the namespaces of which only the update will show whether they are a tenant's; UNKNOWN among them where a tenant's own name
 * is not known yet.
 */
export function undecidedNamespaces(stack: Stack): Set<unknown> {
  return new Set(stack.objects('Namespace').flatMap(({ object }) => {
    const [name, label] = [object.get('metadata', 'name'), object.get('metadata', 'labels', TENANT_LABEL)]
    return label.isUnknown || (label.value === TENANT && name.isUnknown) ? [name.value] : []
  }))
}
