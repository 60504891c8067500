/** The options in a stack's file, where they are read beside Pulumi: those of another stack. */
import { parse } from 'yaml'
import type { Fault } from './fault.ts'

/**
 * As Pulumi reads them: with merge keys, and a name without a colon is an option of the project.
 * @returns no options, and why, where the file cannot be read. Never throws.
 */
export function stackOptions(text: string): { options: Record<string, unknown>; error?: string } {
  try {
    const { config } = (parse(text, { merge: true }) ?? {}) as { config?: Record<string, unknown> | null }
    // An alias inside its own anchor would make a value without an end.
    JSON.stringify(config)
    return { options: Object.fromEntries(Object.entries(config ?? {}).map(([key, value]) => [key.includes(':') ? key : `annex:${key}`, value])) }
  } catch (error) {
    return { options: {}, error: (error as Error).message.split('\n')[0]! }
  }
}

/** One cluster for all: Pulumi's provider, and kubectl, which the preflight asks and which drains and removes nodes. @param options by their whole names */
export function connectionFaults(options: Record<string, unknown>): Fault[] {
  return ['kubernetes:kubeconfig', 'kubernetes:cluster'].filter((key) => options[key] !== undefined)
    .map((path) => ({ path, seen: '(set)', message: 'would lead Pulumi to another cluster than kubectl, which annex asks as well: remove it, and let the variable KUBECONFIG name the file with kubernetes:context' }))
}

/** Those that are annex's own, by their names without `annex:`. */
export function annexOptions(options: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options).filter(([key]) => key.startsWith('annex:')).map(([key, value]) => [key.slice('annex:'.length), value]))
}
