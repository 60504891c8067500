/**
 * Property values as they cross the plugin protocol: plain JSON, in which an object with a signature key stands for
 * something special (a secret, an asset, an archive) and one well-known string for a value that is not known yet.
 * Source: sdk/go/common/resource in pulumi/pulumi (SigKey and friends); these are part of the protocol.
 */
export type Value = null | boolean | number | string | Value[] | { [key: string]: Value }
export type Properties = { [key: string]: Value }

/** Stands for a value that is known only after an update. */
export const UNKNOWN = '04da6b54-80e4-46f7-96ec-b56ff0331ba9'

const SIGNATURE = '4dabf18193072939515e22adb298388d'
const SECRET = '1b47061264138c4ac30d75fd1eb44270'
/** The other spellings of "not known yet", by the type that is expected: the engine reads them all. */
const UNKNOWNS = new Set([
  UNKNOWN,
  '1c4a061d-8072-4f0a-a4cb-0ff528b18fe7',
  '3eeb2bf0-c639-47a8-9e75-3b44932eb421',
  '6a19a0b0-7e62-4c92-b797-7f8e31da9cc2',
  '030794c1-ac77-496b-92df-f27374a8bd58',
  'e48ece36-62e2-4504-bad9-02848725956a',
  'dd056dcd-154b-4c76-9bd3-c8f88648b5ff',
])

export function isObject(value: Value | undefined): value is Properties {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isUnknown(value: Value | undefined): boolean {
  return typeof value === 'string' && UNKNOWNS.has(value)
}

export function isSecret(value: Value | undefined): value is { value: Value } {
  return isObject(value) && value[SIGNATURE] === SECRET
}

/** Marks a value as secret; what is secret already stays as it is. */
export function secret(value: Value): Value {
  return isSecret(value) ? value : { [SIGNATURE]: SECRET, value }
}

/** The value without the secret marks in it, at any depth. */
export function reveal<T extends Value | undefined>(value: T): T {
  return walk(value, (inner) => inner) as T
}

export function containsUnknown(value: Value | undefined): boolean {
  return some(value, isUnknown)
}

export function containsSecret(value: Value | undefined): boolean {
  return some(value, isSecret)
}

export function equal(a: Value | undefined, b: Value | undefined): boolean {
  if (a === b) return true
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => equal(item, b[i]))
  if (isObject(a) && isObject(b)) {
    const keys = Object.keys(a)
    return keys.length === Object.keys(b).length && keys.every((key) => key in b && equal(a[key], b[key]))
  }
  return false
}

function some(value: Value | undefined, test: (value: Value) => boolean): boolean {
  if (value === undefined) return false
  if (test(value)) return true
  if (Array.isArray(value)) return value.some((item) => some(item, test))
  return isObject(value) && Object.values(value).some((item) => some(item, test))
}

function walk(value: Value | undefined, leaf: (value: Value) => Value): Value | undefined {
  if (isSecret(value)) return walk(value.value, leaf)
  if (Array.isArray(value)) return value.map((item) => walk(item, leaf) as Value)
  if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, walk(v, leaf) as Value]))
  return value === undefined ? undefined : leaf(value)
}
