/** The options in a stack's file that are annex's own, by their names without `annex:`. */
export function annexOptions(options: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options).filter(([key]) => key.startsWith('annex:')).map(([key, value]) => [key.slice('annex:'.length), value]))
}
