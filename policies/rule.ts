import type { Field } from './field.ts'

/** A resource as a rule sees it: plain data, with UNKNOWN where the preview does not know a value yet. */
export interface Resource {
  /** Type token, for example `kubernetes:apps/v1:Deployment`. */
  type: string
  /** Name in the program, the last part of the URN. */
  name: string
  /** The whole of the properties; its path is empty. */
  properties: Field
}

/** What a rule found in one field. */
export interface Fault {
  /** `unverifiable`: the value is not known at preview, or no rule can see it; never passed in silence. */
  kind: 'violation' | 'unverifiable'
  /** The field, for example `spec.template.spec.containers[0].securityContext.privileged`. */
  path: string
  /** What is wrong with it, with the value where it may be shown. */
  message: string
}

export type Severity = 'low' | 'medium' | 'high' | 'critical'

/** One rule, one file: a pure function with what a reader needs to know about it. */
export interface Rule {
  /** `<area>-<file name>`, unique. */
  id: string
  /** The promise, as a sentence. */
  title: string
  severity: Severity
  /** What goes wrong without it. */
  why: string
  /** What to do about a finding. */
  fix: string
  /** Pages that the rule follows. */
  references: readonly string[]
  /** `inputs`: before a resource is touched. `both`: also what the provider answered, when the stack is done. */
  looksAt: 'inputs' | 'both'
  /** Every fault of one resource, none when the rule does not apply. Throws nothing, whatever the data. */
  check(resource: Resource): Fault[]
}

/** No fault when the field is absent or fine; unverifiable when it is unknown; else a violation. */
export function refuse(field: Field, isFine: (value: unknown) => boolean, message: string): Fault[] {
  if (field.isAbsent) return []
  if (field.isUnknown) return [unverifiable(field)]
  return isFine(field.value) ? [] : [violation(field, message)]
}

export function violation(field: Field, message: string): Fault {
  return { kind: 'violation', path: field.toString(), message }
}

export function unverifiable(field: Field, message = 'is not known before the update'): Fault {
  return { kind: 'unverifiable', path: field.toString(), message }
}

/**
 * A value as a message may show it: a boolean, or one of the words that the rule expects there. Everything else stays
 * out of sight, because CrossGuard hands secrets over in plaintext and unmarked.
 */
export function show(value: unknown, words: Iterable<string> = []): string {
  if (typeof value === 'boolean') return String(value)
  for (const word of words) if (word === value) return `"${word}"`
  return 'a value that is not shown'
}
