/** A mapping, as JSON and YAML have it. */
export interface Plain { [key: string]: unknown }

export function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
