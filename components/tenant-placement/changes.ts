/** What a placement changed in an object. */
import { isDeepStrictEqual } from 'node:util'
import { isPlain } from './plain.ts'

export interface Change { path: (string | number)[]; value: unknown }

/** Where two values differ, each at its deepest place. A placement takes nothing away. */
export function changes(before: unknown, after: unknown, path: Change['path'] = []): Change[] {
  if (isDeepStrictEqual(before, after)) return []
  if (isPlain(before) && isPlain(after)) return Object.entries(after).flatMap(([key, value]) => changes(Object.hasOwn(before, key) ? before[key] : undefined, value, [...path, key]))
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) return after.flatMap((value, i) => changes(before[i], value, [...path, i]))
  return [{ path, value: after }]
}
