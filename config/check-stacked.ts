/** Faults of an environment whose tenants are in stacks of their own: all of them together, and with the platform's options. */
import { check } from './check.ts'
import { type Fault, show } from './fault.ts'
import type { Config, Tenant } from './schema.ts'
import { type Entry, lastStack, mostTenantsPerStack, type Tenants, tenantsPerStack } from './stacked-tenants.ts'

export interface StackedTenant extends Tenant {
  /** Number of the stack that it is in. */
  stack: number
}

export type CheckedEnvironment = { config: Config; stacked: StackedTenant[]; faults: [] } | { config: undefined; stacked: []; faults: Fault[] }

/**
 * Checks the options of the platform's stack together with the tenants of the file, so that no two of them share anything. Never throws.
 * @param raw options of the platform's stack
 */
export function checkEnvironment(raw: Record<string, unknown>, { file, entries, errors }: Tenants): CheckedEnvironment {
  const own = Array.isArray(raw['tenants']) ? raw['tenants'] : []
  const { config, faults } = check(entries.length === 0 ? raw : { ...raw, tenants: [...own, ...entries.map(({ tenant }) => tenant)] })
  const label = (words: string) => words.replace(/annex:tenants\[(\d+)\](\.?)/g, (all, index: string) => {
    const entry = entries[Number(index) - own.length]
    return entry === undefined ? all : `${entry.label}: `
  }).replace(/: $/, '')
  const all = [
    ...errors.map((message) => ({ path: file, seen: '(not readable)', message })),
    ...faults.map(({ path, seen, message }) => ({ path: label(path), seen, message: label(message) })),
    ...entries.flatMap(stackFaults),
    ...fullFaults(entries),
    ...applicationFaults(raw, entries),
  ]
  if (config === undefined || all.length > 0) return { config: undefined, stacked: [], faults: all }
  const stacked = config.tenants.slice(own.length).map((tenant, i) => ({ ...tenant, stack: entries[i]!.stack as number }))
  return { config: { ...config, tenants: config.tenants.slice(0, own.length) }, stacked, faults: [] }
}

function stackFaults({ label, stack }: Entry): Fault[] {
  const path = `${label}: stack`
  if (stack === undefined) return [{ path, seen: show(stack), message: 'this option is needed: npm run tenants fills it in for new tenants' }]
  if (isStack(stack)) return []
  return [{ path, seen: show(stack), message: `a whole number from 1 to ${lastStack} is needed: of a new tenant remove it, and npm run tenants fills it in; of another put back what it was` }]
}

/** One fault a stack, told where it overflows. */
function fullFaults(entries: Entry[]): Fault[] {
  const members = Map.groupBy(entries.filter(({ stack }) => isStack(stack)), ({ stack }) => stack as number)
  return [...members].filter(([, { length }]) => length > mostTenantsPerStack).map(([stack, list]) => ({
    path: `${list[mostTenantsPerStack]!.label}: stack`,
    seen: show(stack),
    message: `is full: it has ${list.length} tenants, ${tenantsPerStack} are meant and ${mostTenantsPerStack} allowed; remove the line of tenants that were never deployed, and npm run tenants finds them a place`,
  }))
}

/** The platform's stack makes it, so its tenant must be there. */
function applicationFaults(raw: Record<string, unknown>, entries: Entry[]): Fault[] {
  const home = (raw['testApplication'] as { tenant?: unknown } | undefined)?.tenant
  const entry = home === undefined ? undefined : entries.find(({ tenant }) => (tenant as { name?: unknown } | null)?.name === home)
  return entry === undefined ? [] : [{ path: 'annex:testApplication.tenant', seen: show(home), message: `is in a stack of its own (${entry.label}): name one of annex:tenants` }]
}

function isStack(stack: unknown): stack is number {
  return Number.isInteger(stack) && (stack as number) >= 1 && (stack as number) <= lastStack
}
