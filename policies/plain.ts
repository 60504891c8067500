import { UNKNOWN } from './field.ts'
import { UNKNOWNS } from './pulumi-marks.ts'

/** Key under which CrossGuard's proxy gives what is behind it (@pulumi/policy, proxy.js). */
const TARGET = '__getSpecialProxyTarget'

/**
 * CrossGuard's properties as plain data. CrossGuard throws when an unknown value is read, which would end a rule at its
 * first unknown field; here each becomes UNKNOWN and the rest stays readable.
 */
export function plain(properties: object): Record<string, unknown> {
  const root: Record<string, unknown> = {}
  const open: [source: object, copy: object][] = [[withoutProxy(properties), root]]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [source, copy] = next
    for (const key of Object.keys(source)) {
      let value = read(source, key)
      if (typeof value === 'object' && value !== null) {
        const below: object = Array.isArray(value) ? [] : {}
        open.push([value, below])
        value = below
      }
      // Defined, not assigned, where it would be no property: defining takes ten times as long.
      if (key === '__proto__') Object.defineProperty(copy, key, { value, enumerable: true, writable: true, configurable: true })
      else (copy as Record<string, unknown>)[key] = value
    }
  }
  return root
}

/** What is behind CrossGuard's proxy, through which each read takes microseconds. */
function withoutProxy(properties: object): object {
  return (properties as Record<string, object>)[TARGET] ?? properties
}

function read(source: object, key: string): unknown {
  const value = (source as Record<string, unknown>)[key]
  return typeof value === 'string' && UNKNOWNS.has(value) ? UNKNOWN : value
}
