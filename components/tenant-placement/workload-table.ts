/** A table of further workloads as a user writes it: read strictly, because a kind whose settings are misspelt would be reported as placed. */
import { z } from 'zod'
import { isPlain } from './plain.ts'
import type { Workload } from './workloads.ts'

const settings = ['nodeSelector', 'tolerations', 'affinity', 'nodeAffinity'] as const
const path = 'a path is needed like spec.pools[].template.spec: names with dots between them, each with [], {} or ? behind it perhaps'

const table = z.array(z.strictObject({
  group: z.string({ error: 'an API group is needed, "" for the core' }),
  version: z.string({ error: 'a version is needed, like v1' }).optional(),
  kind: z.string({ error: 'a kind is needed' }).regex(/^[A-Z][A-Za-z0-9]*$/, { error: 'a kind is needed, like Widget' }),
  optional: z.boolean({ error: 'true or false is needed' }).optional(),
  pods: z.array(z.strictObject({
    at: z.string({ error: path }).regex(/^[\w-]+(\?|\[\]|\{\})?(\.[\w-]+(\?|\[\]|\{\})?)*$/, { error: path }),
    fields: z.array(z.enum(settings, { error: `one of ${settings.join(', ')} is needed` }), { error: `a list of ${settings.join(', ')} is needed` }).min(1, { error: 'at least one setting is needed' }).optional(),
    made: z.record(z.string(), z.unknown(), { error: 'a mapping is needed' }).optional(),
  }, { error: 'a mapping is needed like {at: spec.template.spec}' }), { error: 'a list is needed like [{at: spec.template.spec}]' }).min(1, { error: 'at least one path is needed' }),
}, { error: 'a mapping is needed like {group: example.com, kind: Widget, pods: [{at: spec.template.spec}]}' }), { error: 'a list is needed like [{group: example.com, kind: Widget, pods: [{at: spec.template.spec}]}]' })

/** @returns the table, or all its faults, a line each */
export function readTable(read: unknown): { table: Workload[]; faults: [] } | { table: undefined; faults: string[] } {
  const parsed = table.safeParse(read)
  if (parsed.success) return { table: parsed.data as Workload[], faults: [] }
  return { table: undefined, faults: parsed.error.issues.flatMap((issue) => described(issue, read)) }
}

function described(issue: z.core.$ZodIssue, read: unknown): string[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => line([...issue.path, key], read, 'there is no such field: check its spelling or remove it'))
  return [line(issue.path, read, issue.message)]
}

function line(steps: PropertyKey[], read: unknown, message: string): string {
  const value = steps.reduce<unknown>((inner, step) => (Array.isArray(inner) ? inner[Number(step)] : isPlain(inner) ? inner[String(step)] : undefined), read)
  const where = steps.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('')
  return `${where === '' ? '' : `${where} = ${value === undefined ? '(not set)' : JSON.stringify(value)}: `}${message}`
}
