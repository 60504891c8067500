/** Reading and writing pod settings at their path in an object. */
import { type Placement, placePod, type PodSpec } from './place-pod.ts'
import { isPlain, type Plain } from './plain.ts'
import type { PodSettings, SettingField } from './workloads.ts'

const ordinary: SettingField[] = ['nodeSelector', 'tolerations', 'affinity']

/**
 * Calls `place` with each object of pod settings under a path and puts its answer there; all else is shared with the given object.
 * @param lift passes a value on to what needs it plain; a Pulumi output is entered by it
 * @throws PathFault where something on the way is no object or list
 */
export function updateAt(object: unknown, at: string, place: (settings: Plain, path: string) => unknown, lift: Lift = (value, next) => next(value)): unknown {
  const step = (value: unknown, segments: string[], path: string): unknown => lift(value, (plain) => {
    const [segment, ...rest] = segments
    if (plain !== undefined && plain !== null && !isPlain(plain)) throw new PathFault(`${path || 'the object'} is no mapping, but pod settings are at ${at}`)
    if (segment === undefined) return place((plain ?? {}) as Plain, path)
    const [, name, mark] = /^(.*?)(\?|\[\]|\{\})?$/.exec(segment)!
    const inner = path === '' ? name! : `${path}.${name}`
    const present = (plain as Plain | null | undefined)?.[name!]
    if (mark !== undefined && (present === undefined || present === null)) return plain
    return { ...(plain as Plain | null | undefined), [name!]: mark === '[]' ? each(present, rest, inner) : mark === '{}' ? eachValue(present, rest, inner) : step(present, rest, inner) }
  })
  const each = (list: unknown, rest: string[], path: string): unknown => lift(list, (plain) => {
    if (!Array.isArray(plain)) throw new PathFault(`${path} is no list, but pod settings are at ${at}`)
    return plain.map((item, i) => step(item, rest, `${path}[${i}]`))
  })
  const eachValue = (mapping: unknown, rest: string[], path: string): unknown => lift(mapping, (plain) => {
    if (!isPlain(plain)) throw new PathFault(`${path} is no mapping, but pod settings are at ${at}`)
    return Object.fromEntries(Object.entries(plain).map(([key, value]) => [key, step(value, rest, `${path}.${key}`)]))
  })
  return step(object, at.split('.'), '')
}

export type Lift = (value: unknown, next: (plain: unknown) => unknown) => unknown

export class PathFault extends Error {}

/** The settings that placement reads and writes, by the object's own names. */
export function ownSettings(settings: Plain, { fields = ordinary }: PodSettings): Plain {
  return Object.fromEntries(['nodeName', ...fields].filter((field) => Object.hasOwn(settings, field)).map((field) => [field, settings[field]]))
}

/** Whether what stands beside the settings says that there are no pods. */
export function hasNone({ unless = {} }: PodSettings, settings: Plain): boolean {
  return Object.entries(unless).some(([key, value]) => settings[key] === value)
}

export type PlacedSettings = { changed: Plain; error: undefined } | { changed: undefined; error: string }

/** The settings that a placement changes, with their new values. */
export function placeSettings(settings: Plain, description: PodSettings, placement: Placement): PlacedSettings {
  const { nodeAffinity, ...own } = ownSettings(settings, description)
  const spec = description.fields?.includes('nodeAffinity') ? { ...own, affinity: { nodeAffinity } } : own
  const placed = placePod(spec as PodSpec, placement)
  return placed.error === undefined ? { changed: writeSettings(placed.spec, description), error: undefined } : { changed: undefined, error: placed.error }
}

/** The settings of a placed pod, in the words of the object that takes them. */
function writeSettings(spec: PodSpec, { fields = ordinary }: PodSettings): Plain {
  const values: Record<SettingField, unknown> = { nodeSelector: spec.nodeSelector, tolerations: spec.tolerations, affinity: spec.affinity, nodeAffinity: spec.affinity?.nodeAffinity }
  return Object.fromEntries(fields.filter((field) => values[field] !== undefined).map((field) => [field, values[field]]))
}
