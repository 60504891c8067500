import type { Field } from './field.ts'
import type { KubernetesObject } from './kubernetes.ts'
import type { Pod } from './pods.ts'
import type { Settings } from './settings.ts'
import type { Stack } from './stack.ts'

/** A resource as a rule sees it: plain data, with UNKNOWN where the preview does not know a value yet. */
export interface Resource {
  /** Type token, for example `kubernetes:apps/v1:Deployment`. */
  type: string
  /** Name in the program, the last part of the URN; of an object in a YAML file `namespace/name`, or `name` without a namespace. */
  name: string
  /** The whole of the properties; its path is empty. */
  properties: Field
  /** Where it was read from, for whoever reports on it. */
  origin?: { urn: string } | { file: string; line(steps: readonly (string | number)[]): number }
  /** What is in it, worked out once for all rules; a WeakMap would cost the garbage collector as much as half of the rules. */
  known?: { objects?: KubernetesObject[]; pods?: Pod[] }
}

/** What a rule found in one field. */
export interface Fault {
  /** `unverifiable`: the value is not known at preview, or no rule can see it; never passed in silence. */
  kind: 'violation' | 'unverifiable'
  /** The field, for example `spec.template.spec.containers[0].securityContext.privileged`. */
  path: string
  /** The same, step by step, for whoever looks the field up in a file. */
  steps: readonly (string | number)[]
  /** What is wrong with it, with the value where it may be shown. */
  message: string
}

export type Severity = 'low' | 'medium' | 'high' | 'critical'

/** Where a rule comes from. Each is a list of the framework's own names for what the rule checks. */
export interface Frameworks {
  /** Pod Security Standards: the level, then the control's name in k8s.io/pod-security-admission. */
  pss?: readonly ['baseline' | 'restricted', string]
  /** CIS Kubernetes Benchmark v1.11: numbers of recommendations. */
  cis?: readonly string[]
  /** NSA/CISA Kubernetes Hardening Guidance v1.2: its chapters. */
  nsa?: readonly string[]
  /** Kubernetes Multi-Tenancy Benchmarks: its checks. */
  mtb?: readonly string[]
}

interface Metadata {
  /** `<area>-<file name>`, unique. */
  id: string
  /** The promise, as a sentence. */
  title: string
  severity: Severity
  frameworks: Frameworks
  /** What goes wrong without it. */
  why: string
  /** What to do about a finding. */
  fix: string
  /** The page that the rule follows. */
  url: string
  /** First minor version of Kubernetes 1 that the rule is about. Default: all. */
  since?: number
  /** A weaker rule, which is left out where this one is in force at the same level or a higher one. */
  replaces?: string
}

/** `hosts`: what is done to a host. `pods`: a pod or a template of one. `keys`: what makes a key, a certificate or a password. Else a kind of Kubernetes. */
export type About = 'hosts' | 'pods' | 'keys' | Capitalize<string>

/** One rule about a resource by itself, one file: a pure function with what a reader needs to know about it. */
export interface ResourceRule extends Metadata {
  /** `inputs`: before a resource is touched. `both`: also what the provider answered, when the stack is done. */
  looksAt: 'inputs' | 'both'
  /** What check() looks for, where it finds nothing in a resource without it: such resources need not be given to it. Default: anything. */
  about?: readonly About[]
  /** Every fault of one resource, none when the rule does not apply. Throws nothing, whatever the data. @param today YYYY-MM-DD (UTC) */
  check(resource: Resource, settings: Settings, today: string): Fault[]
  /** The value that the field of a violation may safely get, where there is one; undefined where there is none. @param holder what the field is in */
  repaired?(fault: Fault, holder: Field): unknown
}

/** One rule about what only the whole shows, such as a namespace without its default-deny. */
export interface StackRule extends Metadata {
  looksAt: 'stack'
  /** Every fault, with the resource that it is told of. Throws nothing, whatever the data. */
  check(stack: Stack, settings: Settings): { resource: Resource; fault: Fault }[]
}

export type Rule = ResourceRule | StackRule

/** No fault when the field is absent or fine; unverifiable when it is unknown; else a violation. */
export function refuse(field: Field, isFine: (value: unknown) => boolean, message: string): Fault[] {
  return field.isAbsent ? [] : demand(field, isFine, message)
}

/** As refuse, but an absent field is judged like any other value. */
export function demand(field: Field, isFine: (value: unknown) => boolean, message: string): Fault[] {
  if (field.isUnknown) return [unverifiable(field)]
  return isFine(field.value) ? [] : [violation(field, message)]
}

export function violation(field: Field, message: string): Fault {
  return { kind: 'violation', path: field.toString(), steps: field.steps, message }
}

export function unverifiable(field: Field, message = 'is not known before the update'): Fault {
  return { kind: 'unverifiable', path: field.toString(), steps: field.steps, message }
}

/**
 * A value as a message may show it: a boolean, nothing, or one of the words that the rule expects there. Everything else stays
 * out of sight, because CrossGuard hands secrets over in plaintext and unmarked.
 */
export function show(value: unknown, words: Iterable<string> = []): string {
  if (value === undefined || value === null) return 'not set'
  if (typeof value === 'boolean') return String(value)
  for (const word of words) if (word === value) return `"${word}"`
  return 'a value that is not shown'
}
