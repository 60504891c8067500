/** A placement as a Kustomize overlay. */
import { changes } from './changes.ts'
import { nameOf, type ObjectName } from './place-object.ts'
import type { PlacedDocument } from './place-yaml.ts'
import { isPlain } from './plain.ts'
import { groupOf } from './workloads.ts'

export interface Kustomization {
  apiVersion: 'kustomize.config.k8s.io/v1beta1'
  kind: 'Kustomization'
  resources: string[]
  patches: { target: { group?: string; version: string; kind: string; name: string; namespace?: string }; patch: string }[]
}

/**
 * One JSON patch for each object that a placement changed, by its kind and name. It holds what placing made of that very object, so that own
 * affinity terms and tolerations are kept; a new rendering needs a new overlay.
 * @param resources files or folders with the objects as they were
 * @returns the overlay, and the changed objects that cannot be a target, each with the reason
 */
export function kustomization(documents: PlacedDocument[], resources: string[]): { overlay: Kustomization; unnamed: { object: ObjectName; why: string }[] } {
  const all = documents.flatMap(objectsOf).map(({ before, after }) => ({ object: nameOf(before), named: hasName(before), ops: changes(before, after).map(operation) }))
  // A target without a namespace is every object of that name.
  const hasNamesake = ({ apiVersion, kind, name, namespace }: ObjectName) => namespace === undefined
    && all.some(({ object }) => groupOf(object.apiVersion) === groupOf(apiVersion) && object.kind === kind && object.name === name && object.namespace !== undefined)
  const changed = all.filter(({ ops }) => ops.length > 0).map(({ object, named, ops }) => ({ object, ops, why: !named ? 'it has no fixed name' : hasNamesake(object) ? 'one of the same name is in a namespace, and it is in none' : undefined }))
  const patches = changed.filter(({ why }) => why === undefined).map(({ object, ops }) => ({ target: targetOf(object), patch: JSON.stringify(ops) }))
  return {
    overlay: { apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', resources, patches },
    unnamed: changed.flatMap(({ object, why }) => (why === undefined ? [] : [{ object, why }])),
  }
}

/** Kustomize takes a list apart, so its items are targets. */
function objectsOf({ before, after }: Pick<PlacedDocument, 'before' | 'after'>): Pick<PlacedDocument, 'before' | 'after'>[] {
  const [items, placed] = [before, after].map((it) => (isPlain(it) && Array.isArray(it['items']) ? it['items'] : undefined))
  return items && placed ? items.flatMap((item, i) => objectsOf({ before: item, after: placed[i] })) : [{ before, after }]
}

function hasName(object: unknown): boolean {
  return isPlain(object) && isPlain(object['metadata']) && typeof object['metadata']['name'] === 'string'
}

function targetOf({ apiVersion, kind, name, namespace }: ObjectName): Kustomization['patches'][number]['target'] {
  const group = groupOf(apiVersion)
  const version = apiVersion.slice(apiVersion.indexOf('/') + 1)
  // Kustomize takes a name for a regular expression, of a whole name.
  return { ...(group === '' ? {} : { group }), version, kind, name: name.replaceAll('.', '\\.'), ...(namespace === undefined ? {} : { namespace }) }
}

/** In a JSON patch `add` sets a member of an object, whether it is there or not, but inserts into a list. */
function operation({ path, value }: ReturnType<typeof changes>[number]) {
  const pointer = path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
  return { op: typeof path.at(-1) === 'number' ? 'replace' : 'add', path: pointer, value }
}
