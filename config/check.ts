/** Everything that can be wrong with a configuration, found at once, before any host is contacted. */
import { z } from 'zod'
import { admissionFaults } from './check-admission.ts'
import { dedicatedNodeFaults } from './check-dedicated-nodes.ts'
import { networkFaults } from './check-network.ts'
import { packageFaults } from './check-packages.ts'
import { storageFaults } from './check-storage.ts'
import { tenantFaults } from './check-tenants.ts'
import { testApplicationFaults } from './check-test-application.ts'
import { type Fault, show } from './fault.ts'
import { type Config, type RawConfig, schema } from './schema.ts'

export type { Fault }

export type Checked = { config: Config; faults: [] } | { config: undefined; faults: Fault[] }

/** Checks the shape and, where the shape is right, how the options fit together. Never throws. */
export function check(raw: unknown): Checked {
  const parsed = schema.safeParse(raw, { reportInput: true })
  const shape = parsed.success ? [] : parsed.error.issues.flatMap((issue) => fromIssue(issue, raw))
  const fit = rules.flatMap((rule) => rule((raw ?? {}) as RawConfig))
  const faults = [...shape, ...fit]
  return faults.length === 0 && parsed.success ? { config: parsed.data, faults: [] } : { config: undefined, faults }
}

/** The faults as a person reads them. */
export function describe(faults: Fault[], file: string): string {
  const lines = faults.map((fault) => `  ${fault.path} = ${fault.seen}\n      ${fault.message}`)
  return `${file} has ${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}; nothing was changed:\n${lines.join('\n')}`
}

function fromIssue(issue: z.core.$ZodIssue, raw: unknown): Fault[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: optionPath([...issue.path, key]),
      seen: show(at(raw, [...issue.path, key])),
      message: `there is no such option; there are: ${optionsAt(issue.path).join(', ')}`,
    }))
  }
  const value = at(raw, issue.path)
  const missing = value === undefined
  const message = plainly(issue)
  return [{ path: optionPath(issue.path), seen: show(value), message: missing ? `this option is needed: ${message}` : message }]
}

/** What is needed, where the schema has no words of its own for it. */
const shapes: Record<string, string> = { object: 'a mapping of options', array: 'a list', string: 'text (numbers and yes or no in quotes)', boolean: 'true or false' }

function plainly(issue: z.core.$ZodIssue): string {
  if (issue.code !== 'invalid_type' || !issue.message.startsWith('Invalid input:')) return issue.message
  return `${shapes[issue.expected] ?? issue.expected} is needed`
}

/** Rules over several options. They work on raw input, so that these faults are reported along with those of shape. */
const rules: ((raw: RawConfig) => Fault[])[] = [networkFaults, packageFaults, storageFaults, tenantFaults, dedicatedNodeFaults, admissionFaults, testApplicationFaults]

/** The name is a label's value on all that the stack owns in the cluster (Kubernetes' documentation of labels: syntax and character set). */
export function stackNameFaults(stack: string): Fault[] {
  if (/^[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/.test(stack)) return []
  return [{ path: 'the stack\'s name', seen: show(stack), message: 'cannot be the value of a label, by which annex knows what is its own: at most 63 characters, the first and the last a letter or a digit; make a stack of another name (pulumi stack init)' }]
}

/** Names of the options of a mapping, by its place in the configuration. */
function optionsAt(path: PropertyKey[]): string[] {
  let shape: z.core.$ZodType = schema
  for (const key of path) shape = inner(shape, key)
  return Object.keys((plain(shape) as z.ZodObject).shape)
}

function inner(type: z.core.$ZodType, key: PropertyKey): z.core.$ZodType {
  const found = plain(type)
  return found instanceof z.ZodArray ? found.element : (found as z.ZodObject).shape[key as string]!
}

/** Without its default, and whether it may be left out. */
function plain(type: z.core.$ZodType): z.core.$ZodType {
  return type instanceof z.ZodOptional || type instanceof z.ZodDefault || type instanceof z.ZodPrefault ? plain(type.unwrap()) : type
}

function at(value: unknown, path: PropertyKey[]): unknown {
  return path.reduce<unknown>((inner, key) => (inner === null || inner === undefined ? undefined : (inner as Record<PropertyKey, unknown>)[key]), value)
}

function optionPath(path: PropertyKey[]): string {
  const [first, ...rest] = path
  return `annex:${String(first ?? '')}${rest.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('')}`
}
