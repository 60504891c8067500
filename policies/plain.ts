import { UnknownValueError } from '@pulumi/policy'
import { UNKNOWN } from './field.ts'

/**
 * CrossGuard's properties as plain data. CrossGuard throws when an unknown value is read, which would end a rule at its
 * first unknown field; here each becomes UNKNOWN and the rest stays readable.
 */
export function plain(properties: object): Record<string, unknown> {
  const root: Record<string, unknown> = {}
  const open: [source: object, copy: object][] = [[properties, root]]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [source, copy] = next
    for (const key of Object.keys(source)) {
      let value = read(source, key)
      if (typeof value === 'object' && value !== null) {
        const below: object = Array.isArray(value) ? [] : {}
        open.push([value, below])
        value = below
      }
      // Defined, not assigned: a property may be called "__proto__".
      Object.defineProperty(copy, key, { value, enumerable: true, writable: true, configurable: true })
    }
  }
  return root
}

function read(source: object, key: string): unknown {
  try {
    return (source as Record<string, unknown>)[key]
  } catch (error) {
    if (error instanceof UnknownValueError) return UNKNOWN
    throw error
  }
}
