/**
 * The plain structural diff of pulumi's own libraries: which property paths differ between two sets of inputs.
 */
import { equal, isObject, type Properties, type Value } from './values.ts'

export type Change = 'ADD' | 'DELETE' | 'UPDATE'

/** Changed paths, such as `triggers[0]` or `metadata.labels["a/b"]`; a secret is compared as a whole. */
export function objectDiff(olds: Properties, news: Properties): { [path: string]: { kind: Change } } {
  const changes: { [path: string]: { kind: Change } } = {}
  compareObjects(olds, news, '', changes)
  return changes
}

/** The first element of a path: the property that the engine lists under "diff". */
export function topLevel(path: string): string {
  return path.split(/[.[]/, 1)[0]!
}

/** A path grown by one key, quoted where the key is not a plain name. */
export function childPath(path: string, key: string): string {
  if (!/^[A-Za-z_$][\w$]*$/.test(key)) return `${path}[${JSON.stringify(key)}]`
  return path ? `${path}.${key}` : key
}

type Changes = { [path: string]: { kind: Change } }

function compareObjects(olds: Properties, news: Properties, path: string, changes: Changes): void {
  for (const key of new Set([...Object.keys(olds), ...Object.keys(news)])) {
    compare(olds[key], news[key], childPath(path, key), changes)
  }
}

function compare(before: Value | undefined, after: Value | undefined, path: string, changes: Changes): void {
  const had = before !== undefined && before !== null
  const has = after !== undefined && after !== null
  if (!had && !has) return
  if (!had || !has) changes[path] = { kind: has ? 'ADD' : 'DELETE' }
  else if (Array.isArray(before) && Array.isArray(after)) {
    for (let i = 0; i < Math.max(before.length, after.length); i++) compare(before[i], after[i], `${path}[${i}]`, changes)
  } else if (isPlain(before) && isPlain(after)) compareObjects(before, after, path, changes)
  else if (!sameSpecial(before, after)) changes[path] = { kind: 'UPDATE' }
}

const SIGNATURE = '4dabf18193072939515e22adb298388d'

function isPlain(value: Value): value is Properties {
  return isObject(value) && !(SIGNATURE in value)
}

/** Assets are the same when their content is, wherever it was read from. */
function sameSpecial(a: Value, b: Value): boolean {
  if (isObject(a) && isObject(b) && a.hash !== undefined && SIGNATURE in a) {
    return a[SIGNATURE] === b[SIGNATURE] && a.hash === b.hash
  }
  return equal(a, b)
}
