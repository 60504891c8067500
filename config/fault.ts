/** What is wrong with an option, and what rules have in common that find it. */

/** One fault: the option's path, the value seen, what is allowed and what to do. */
export interface Fault {
  path: string
  seen: string
  message: string
}

/** Values that another option has already. */
export function repeated(values: { path: string; value: string | undefined }[], fix: string): Fault[] {
  const owners = new Map<string, string>()
  return values.flatMap(({ path, value }) => {
    if (value === undefined) return []
    const first = owners.get(value)
    if (first === undefined) owners.set(value, path)
    return first === undefined ? [] : [{ path, seen: show(value), message: `is taken by ${first}: ${fix}` }]
  })
}

/** Whether a computation accepts its input; the fault of shape is reported by the schema. */
export function valid(compute: () => unknown): boolean {
  try {
    compute()
    return true
  } catch {
    return false
  }
}

export function show(value: unknown): string {
  return value === undefined ? '(not set)' : JSON.stringify(value)
}

/** What there is to choose from; a name that is no text is the schema's matter. */
export function named(names: unknown[]): string {
  return names.filter((name) => typeof name === 'string').join(', ') || 'there are none'
}

/** What is no list is the schema's matter. */
export function list<T>(value: T[] | undefined): T[] {
  return Array.isArray(value) ? value : []
}

/** Whether a test says yes; where it does not accept its input, the schema reports that. */
export function holds(test: () => boolean): boolean {
  try {
    return test()
  } catch {
    return false
  }
}
