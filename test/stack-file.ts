import { readFileSync } from 'node:fs'
import { parse } from 'yaml'

/** The `annex:` options of a stack file, as the program sees them. */
export function annexOptions(file: string): Record<string, any> {
  const { config } = parse(readFileSync(new URL(`../${file}`, import.meta.url), 'utf8')) as { config: Record<string, unknown> }
  return Object.fromEntries(Object.entries(config).filter(([key]) => key.startsWith('annex:')).map(([key, value]) => [key.slice('annex:'.length), value]))
}
