/**
 * The tenants of an environment that are in stacks of their own: `tenants/<environment>.yaml` is a list of what `annex:tenants` may hold, each with
 * the number of its stack. The number is written once, when a tenant is new, and read ever after: so a tenant stays where its data is, whatever
 * happens to the others.
 */
import { isPlain } from '../components/tenant-placement/plain.ts'
import { isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from 'yaml'

/** New tenants go to a stack with fewer than this. Pulumi's file backend writes a stack's whole state with each resource, so the cost grows with the square. */
export const tenantsPerStack = 25
/** Two branches may fill the same place, and neither tenant may move then. */
export const mostTenantsPerStack = 30
/** Stacks are numbered from 1 to this. */
export const lastStack = 999

/** One entry as it stands in the file; any part of it may be wrong. */
export interface Entry {
  /** What a person finds it by: the line, and the name. */
  label: string
  /** Without its `stack`. */
  tenant: unknown
  stack: unknown
}

/** What is in the file. With anything but a list in it there are no entries, and it says why. */
export interface Tenants { file: string; entries: Entry[]; errors: string[] }

/** Never throws. */
export function readTenants(text: string, file: string): Tenants {
  const { document, lines } = parsed(text)
  const refused = (...errors: string[]): Tenants => ({ file, entries: [], errors })
  if (document.errors.length > 0 || document.contents === null) return refused(...document.errors.map(({ message }) => message.split('\n')[0]!))
  const { contents } = document
  if (!isSeq(contents)) return refused('a list of tenants is needed, like: - {name: paas-tenant-1, group: "annex:paas-tenant-1"}')
  let plain: unknown[]
  try {
    plain = document.toJS({ maxAliasCount: -1 }) as unknown[]
    JSON.stringify(plain)
  } catch (error) {
    // An alias (*name) without its anchor (&name), or inside it.
    return refused((error as Error).message)
  }
  const entries = plain.map((value, i): Entry => {
    const { stack, ...tenant } = (isPlain(value) ? value : {})
    const item: unknown = contents.items[i]
    const { line } = lines.linePos(isNode(item) ? item.range?.[0] ?? 0 : 0)
    const name = typeof tenant['name'] === 'string' ? tenant['name'] : '(no name)'
    return { label: `${file}:${line} ${name}`, tenant: isPlain(value) ? tenant : value, stack }
  })
  return { file, entries, errors: [] }
}

/** As `readTenants`, and each new tenant has the stack that `fillInStacks` gives it. The lines are those of the text. */
export function readAssigned(text: string, file: string): Tenants {
  const read = readTenants(text, file)
  const assigned = readTenants(fillInStacks(text), file).entries
  return { ...read, entries: read.entries.map((it, i) => ({ ...it, stack: assigned[i]?.stack })) }
}

/** Gives a stack to each tenant that has none: the first with room. @param stacks of each tenant, in whatever order */
export function assignStacks(stacks: readonly (number | undefined)[]): number[] {
  const counts = new Map<number, number>()
  const count = (stack: number) => counts.get(stack) ?? 0
  for (const stack of stacks) if (stack !== undefined) counts.set(stack, count(stack) + 1)
  let next = 1
  return stacks.map((own) => {
    if (own !== undefined) return own
    while (count(next) >= tenantsPerStack) next++
    counts.set(next, count(next) + 1)
    return next
  })
}

/** The file with a line `stack` for each tenant that had none; every other character stays as it is. */
export function fillInStacks(text: string): string {
  // The places of a document do not count it.
  if (text.startsWith('\uFEFF')) return `\uFEFF${fillInStacks(text.slice(1))}`
  const contents: unknown = parsed(text).document.contents
  if (!isSeq(contents)) return text
  const maps = contents.items.filter((it) => isMap(it)).filter(({ items }) => items.length > 0)
  const stacks = assignStacks(maps.map((it) => (it.has('stack') ? Number(it.get('stack')) : undefined)))
  const added = maps.flatMap((map, i) => {
    const { key } = map.items[0]!
    if (map.has('stack') || !isScalar(key)) return []
    const at = key.range![0]
    const column = at - (text.lastIndexOf('\n', at - 1) + 1)
    return [{ at, words: map.flow ? `stack: ${stacks[i]}, ` : `stack: ${stacks[i]}\n${' '.repeat(column)}` }]
  })
  return added.reduceRight((filled, { at, words }) => filled.slice(0, at) + words + filled.slice(at), text)
}

/** `prod-07` holds the seventh lot of tenants of `prod`. */
export function stackName(base: string, stack: number): string {
  return `${base}-${String(stack).padStart(2, '0')}`
}

function parsed(text: string) {
  const lines = new LineCounter()
  // The parser finds no list after a byte order mark. Merge keys (<<) let a thousand tenants share what they have in common.
  return { document: parseDocument(text.replace(/^\uFEFF/, ''), { lineCounter: lines, merge: true }), lines }
}
