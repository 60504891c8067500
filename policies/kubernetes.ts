import type { Field } from './field.ts'
import type { Resource } from './rule.ts'

/** One Kubernetes object: a resource may be one, or a list of them. */
export interface KubernetesObject {
  /** API group without the version, "" for the core group. */
  group: string
  /** Without the "Patch" of Pulumi's patch resources. */
  kind: string
  /** Of one of Kubernetes' own kinds. Others have kinds of the same names (Calico's NetworkPolicy, Knative's Service). */
  own: boolean
  /** Only some fields of an object that somebody else owns. */
  patch: boolean
  object: Field
}

/** The resource's objects: itself, or the items of a list. None where it is no resource of Kubernetes. */
export function objectsOf(resource: Resource): KubernetesObject[] {
  resource.known ??= {}
  return (resource.known.objects ??= listed(resource))
}

function listed(resource: Resource): KubernetesObject[] {
  const token = /^kubernetes:(?<group>[^:]*):(?<name>[^:]+)$/.exec(resource.type)
  const name = token?.groups?.['name']
  if (name === undefined) return []
  const open = [named(groupOf(token?.groups?.['group'] ?? ''), name, resource.properties)]
  const found: KubernetesObject[] = []
  for (let next = open.shift(); next !== undefined; next = open.shift()) {
    const { group, kind, object } = next
    const items = object.get('items')
    // Some kinds of custom resources end in "List" and are none.
    if (!kind.endsWith('List') || !(Array.isArray(items.value) || items.isUnknown)) {
      found.push(next)
      continue
    }
    for (const item of items.items()) open.push(itemOf(item, group, kind.slice(0, -'List'.length)))
  }
  return found
}

/** An item says itself what it is, but in a list of one kind, as the API server answers with. */
function itemOf(item: Field, group: string, kind: string): KubernetesObject {
  const [ownVersion, ownKind] = [item.get('apiVersion').value, item.get('kind').value]
  const itsGroup = typeof ownVersion === 'string' ? groupOf(ownVersion) : group
  return {
    group: itsGroup,
    kind: typeof ownKind === 'string' ? ownKind : kind,
    own: isKubernetes(itsGroup),
    patch: false,
    object: item,
  }
}

function named(group: string, name: string, object: Field): KubernetesObject {
  const patch = name.endsWith('Patch') && name !== 'Patch'
  return { group, kind: patch ? name.slice(0, -'Patch'.length) : name, own: isKubernetes(group), patch, object }
}

/** `apps/v1` -> `apps`; Pulumi writes `core/v1` for what is `v1` in a manifest. */
function groupOf(apiVersion: string): string {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.lastIndexOf('/')) : ''
  return group === 'core' ? '' : group
}

/** Objects of one of Kubernetes' own kinds in the resource, Patches included. */
export function objectsOfKind(resource: Resource, ...kinds: string[]): KubernetesObject[] {
  return objectsOf(resource).filter(({ own, kind }) => own && kinds.includes(kind))
}

/** The groups below k8s.io are Kubernetes' own. */
function isKubernetes(group: string): boolean {
  return !group.includes('.') || /\.(x-)?k8s\.io$/.test(group)
}
