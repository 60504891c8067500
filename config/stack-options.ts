/** The options in a stack's file, where they are read beside Pulumi: those of another stack. */
import { parse } from 'yaml'

/**
 * As Pulumi reads them: with merge keys, and a name without a colon is an option of the project.
 * @returns no options, and why, where the file cannot be read. Never throws.
 */
export function stackOptions(text: string): { options: Record<string, unknown>; error?: string } {
  try {
    const { config } = (parse(text, { merge: true }) ?? {}) as { config?: Record<string, unknown> | null }
    return { options: Object.fromEntries(Object.entries(config ?? {}).map(([key, value]) => [key.includes(':') ? key : `annex:${key}`, value])) }
  } catch (error) {
    return { options: {}, error: (error as Error).message.split('\n')[0]! }
  }
}

/** Those that are annex's own, by their names without `annex:`. */
export function annexOptions(options: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options).filter(([key]) => key.startsWith('annex:')).map(([key, value]) => [key.slice('annex:'.length), value]))
}
