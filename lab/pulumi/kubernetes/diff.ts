/**
 * What changes between the live object and the new inputs, as Pulumi's detailed diff.
 */
import type { DiffResponse } from '../plugin/provider.ts'
import { equal, isObject, isUnknown } from '../plugin/values.ts'
import { isAutonamed, isNamed, knownName } from './names.ts'
import { isPatch, type KubernetesObject } from './objects.ts'
import { forceNew, reaches } from './replacements.ts'

export interface Comparison {
  /** The type token of the resource. */
  type: string
  /** The live object in the shape of the old inputs. */
  pruned: KubernetesObject
  live: KubernetesObject
  inputs: KubernetesObject
  ignoreChanges: string[]
}

export function diffObjects({ type, pruned, live, inputs, ignoreChanges }: Comparison): DiffResponse {
  const changes = new Changes(forceNew(inputs, isPatch(type, inputs)))
  changes.compareMaps([], mergePatch(pruned, inputs), pruned, inputs, false)
  const detailedDiff = Object.fromEntries(Object.entries(changes.found).filter(([path]) => !ignoreChanges.some((ignored) => contains(ignored, path))))
  const replaces = Object.entries(detailedDiff)
    .filter(([path, { kind }]) => kind.endsWith('_REPLACE') || (kind === 'DELETE' && path === 'metadata'))
    .map(([path]) => path)
    .sort()
  const keepsItsName =
    isNamed(inputs) && !isAutonamed(inputs) && knownName(inputs) === live.metadata?.name && (inputs.metadata?.namespace ?? '') === (live.metadata?.namespace ?? '')
  return {
    changes: Object.keys(detailedDiff).length > 0 ? 'DIFF_SOME' : 'DIFF_NONE',
    replaces,
    // Two objects of one name cannot be there at once.
    deleteBeforeReplace: replaces.length > 0 && keepsItsName,
    detailedDiff,
    hasDetailedDiff: true,
  }
}

type Path = (string | number)[]

/** Stands for "not in the map", which is not the same as null. */
const MISSING = Symbol('missing')

class Changes {
  readonly found: NonNullable<DiffResponse['detailedDiff']> = {}
  readonly #forced: string[]

  constructor(forced: string[]) {
    this.#forced = forced
  }

  compareMaps(path: Path, patch: any, old: any, news: any, inArray: boolean): void {
    const at = (map: any, key: string) => (isObject(map) && key in map ? map[key] : MISSING)
    for (const [key, value] of Object.entries(patch)) this.#compare([...path, key], value, at(old, key), at(news, key), inArray)
    if (!inArray) return
    // A merge patch replaces an array whole, so what is gone from its elements is not in it as null.
    for (const [key, value] of Object.entries(old)) {
      if (!(key in patch)) this.#compare([...path, key], null, value, at(news, key), inArray)
    }
  }

  #compareArrays(path: Path, patch: any[], old: any[], news: any): void {
    for (let i = 0; i < Math.max(patch.length, old.length); i++) {
      const value = i < patch.length ? patch[i] : null
      this.#compare([...path, i], value, i < old.length ? old[i] : MISSING, Array.isArray(news) ? (news[i] ?? null) : null, true)
    }
  }

  #compare(path: Path, value: any, old: any, news: any, inArray: boolean): void {
    if (news === MISSING && (value !== null || old === MISSING)) return
    if (value === null) return this.#add(path, value, 'DELETE', true)
    if (old === MISSING) return this.#add(path, value, 'ADD')
    if (isObject(value) && isObject(old)) return this.compareMaps(path, value, old, news, inArray)
    if (Array.isArray(value) && Array.isArray(old)) return this.#compareArrays(path, value, old, news)
    if (!equal(value, old)) this.#add(path, value, 'UPDATE')
  }

  #add(path: Path, value: unknown, kind: 'ADD' | 'DELETE' | 'UPDATE', inputDiff = false): void {
    const known = isUnknown(value as never) ? null : value
    this.found[write(path)] = { kind: reaches(path, known, this.#forced) ? `${kind}_REPLACE` : kind, ...(inputDiff && { inputDiff }) }
  }
}

/** RFC 7386: what turns `from` into `to`; null deletes. */
function mergePatch(from: any, to: any): any {
  const patch: { [key: string]: any } = {}
  for (const key of new Set([...Object.keys(from), ...Object.keys(to)])) {
    if (!(key in to)) patch[key] = null
    else if (!(key in from)) patch[key] = to[key]
    else if (isObject(from[key]) && isObject(to[key])) {
      const inner = mergePatch(from[key], to[key])
      if (Object.keys(inner).length > 0) patch[key] = inner
    } else if (!equal(from[key], to[key])) patch[key] = to[key]
  }
  return patch
}

/** Unlike elsewhere in Pulumi a key is quoted only when it has one of `."[]` in it. */
function write(path: Path): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`
    if (/[."[\]]/.test(key)) return `${text}["${key.replaceAll('"', '\\"')}"]`
    return text ? `${text}.${key}` : key
  }, '')
}

/** Whether a path given in ignoreChanges covers another one; `*` and `[*]` stand for any key. */
function contains(ignored: string, path: string): boolean {
  const outer = segments(ignored)
  const inner = segments(path)
  return outer.length <= inner.length && outer.every((key, i) => key === '*' || key === inner[i])
}

function segments(path: string): string[] {
  return [...path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[([^\]]*)\]|([^.[\]]+)/g)].map(([, quoted, index, plain]) => quoted?.replaceAll('\\"', '"') ?? index ?? plain!)
}
