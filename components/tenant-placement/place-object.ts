/** Places the pods of any Kubernetes object, and says what became of each. */
import { isDeepStrictEqual } from 'node:util'
import { wideTolerations } from './admission-rules.ts'
import type { Placement, PodSpec } from './place-pod.ts'
import { podLike } from './pod-like.ts'
import { isPlain, type Plain } from './plain.ts'
import { hasNone, ownSettings, PathFault, placeSettings, updateAt } from './pod-settings.ts'
import { groupOf, type Workload, workloads } from './workloads.ts'

export interface ObjectName { apiVersion: string; kind: string; namespace?: string; name: string }

/** `no pods` is an object that makes none, as far as can be told from it. */
export type Outcome = 'placed' | 'already placed' | 'not placed' | 'no pods'

export interface Result {
  object: ObjectName
  outcome: Outcome
  /** Why it is not placed. */
  why?: string
  /** Why admission would refuse its pods all the same (`enforcement: deny`). */
  refused?: string
}

/** The object as it was where nothing could or had to be done; the items of a list have a result each. */
export interface PlacedObject { object: unknown; results: Result[] }

/** Pure and total: takes any value. @param table where pod settings are, kind by kind */
export function placeObject(object: unknown, placement: Placement, table: readonly Workload[] = workloads): PlacedObject {
  if (!isPlain(object) || typeof object['apiVersion'] !== 'string' || typeof object['kind'] !== 'string') {
    return { object, results: [{ object: nameOf(object), outcome: 'not placed', why: 'it is no Kubernetes object: it has no apiVersion and kind' }] }
  }
  if (isList(object)) return placeList(object, placement, table)
  const workload = findWorkload(table, object['apiVersion'], object['kind'])
  const result = (outcome: Outcome, why?: string): PlacedObject['results'] => [{ object: nameOf(object), outcome, ...(why === undefined ? {} : { why }) }]
  if (workload === undefined) {
    const found = podLike(object as Plain & { apiVersion: string; kind: string })
    return { object, results: found.length === 0 ? result('no pods') : result('not placed', unknownKind(found)) }
  }
  const { placed, faults, wide, at } = placeWorkload(object, workload, placement)
  if (faults.length > 0) return { object, results: result('not placed', faults.join('; ')) }
  if (at === 0) return { object, results: workload.optional ? result('no pods') : result('not placed', `there is nothing at ${workload.pods.map((it) => it.at.replaceAll(/\?|\{\}/g, '')).join(' or ')}, where a ${workload.kind} has its pods`) }
  const [first] = result(isDeepStrictEqual(placed, object) ? 'already placed' : 'placed')
  return { object: first!.outcome === 'placed' ? placed : object, results: [{ ...first!, ...(wide.length === 0 ? {} : { refused: wide.join('; ') }) }] }
}

function unknownKind(paths: string[]): string {
  return `${paths.join(' and ')} ${paths.length === 1 ? 'looks' : 'look'} like a pod's settings, but the table of workloads does not say so of this kind: add an entry to it (--workloads)`
}

/** @returns undefined where the table has no such kind. An API version makes no difference but where an entry says so. */
export function findWorkload(table: readonly Workload[], apiVersion: string, kind: string): Workload | undefined {
  const version = apiVersion.slice(apiVersion.indexOf('/') + 1)
  return table.find((it) => it.group === groupOf(apiVersion) && it.kind === kind && (it.version === undefined || it.version === version))
}

function isList(object: Plain): object is Plain & { kind: string; items: unknown[] } {
  const { kind, items } = object as { kind: string; items?: unknown }
  return Array.isArray(items) && (kind === 'List' || (kind.endsWith('List') && items.every(isPlain)))
}

/** The items of a typed list may leave out what the list says of them. */
function placeList(list: Plain & { kind: string; items: unknown[] }, placement: Placement, table: readonly Workload[]): PlacedObject {
  const kind = list.kind.slice(0, -'List'.length)
  const implied = kind === '' ? {} : { apiVersion: list['apiVersion'], kind }
  const placed = list.items.map((item) => {
    if (!isPlain(item) || kind === '') return placeObject(item, placement, table)
    const { object, results } = placeObject({ ...implied, ...item }, placement, table)
    return { object: Object.fromEntries(Object.entries(object as Plain).filter(([key]) => Object.hasOwn(item, key) || !Object.hasOwn(implied, key))), results }
  })
  return { object: { ...list, items: placed.map(({ object }) => object) }, results: placed.flatMap(({ results }) => results) }
}

function placeWorkload(object: Plain, workload: Workload, placement: Placement): { placed: unknown; faults: string[]; wide: string[]; at: number } {
  const faults: string[] = []
  const wide: string[] = []
  let at = 0
  let placed: unknown = object
  for (const description of workload.pods) {
    try {
      placed = updateAt(placed, description.at, (settings, path) => {
        if (hasNone(description, settings)) return settings
        at += 1
        const { changed, error } = placeSettings(settings, description, placement)
        if (error !== undefined) faults.push(`${path}: ${error}`)
        else wide.push(...wideTolerations(({ ...ownSettings(settings, description), ...changed } as PodSpec).tolerations ?? []))
        return { ...(Object.keys(settings).length === 0 ? description.made : {}), ...settings, ...changed }
      })
    } catch (error) {
      if (!(error instanceof PathFault)) throw error
      faults.push(error.message)
    }
  }
  return { placed, faults, wide, at }
}

/** Takes any value; what it does not say is `?`. */
export function nameOf(object: unknown): ObjectName {
  const { apiVersion, kind, metadata } = isPlain(object) ? object : {}
  const { name, generateName, namespace } = isPlain(metadata) ? metadata : {}
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined)
  return {
    apiVersion: text(apiVersion) ?? '?',
    kind: text(kind) ?? '?',
    ...(text(namespace) === undefined ? {} : { namespace: text(namespace) }),
    name: text(name) ?? text(generateName) ?? '?',
  }
}
