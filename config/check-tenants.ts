/** How the tenants fit together, and into the cluster around them. Works on raw input, any part of which may be missing or of another shape. */
import { alwaysClosed, isClosed } from '../components/tenant-isolation/egress.ts'
import { amount } from '../components/tenant-isolation/quantity.ts'
import { type ClosedRange, closedRanges, type Surrounded } from './closed-ranges.ts'
import { type Fault, list, repeated, show, valid } from './fault.ts'
import { covers, isRange } from './ranges.ts'
import { defaultQuota } from './schema.ts'

interface RawTenant {
  name?: string
  group?: string
  namespaces?: { name?: string; quota?: RawQuota }[]
  quota?: RawQuota
  limits?: { cpu?: string; memory?: string; claim?: string }
  egress?: string[]
  registries?: { name?: string }[]
  priorityClasses?: string[]
  ingressHosts?: string[]
}
interface RawQuota { cpu?: string; memory?: string; storage?: string }
interface Option { path: string; value: string | undefined }

const reserved = ['paas-system', 'paas-operators', 'default']
/** Kubernetes' own namespaces, and those in which annex keeps credentials and attacks. */
const prefixes = ['kube-', 'annex-']

export function tenantFaults(raw: Surrounded & { tenants?: RawTenant[] }): Fault[] {
  const tenants = list(raw?.tenants).map((tenant, i) => ({ tenant: (tenant ?? {}) as RawTenant, path: `annex:tenants[${i}]` }))
  const namespaces = tenants.flatMap(({ tenant, path }) => [
    option(`${path}.name`, tenant.name),
    ...list(tenant.namespaces).map((it, j) => option(`${path}.namespaces[${j}].name`, it?.name)),
  ])
  const closed = [...closedRanges(raw ?? {}), ...alwaysClosed.map(({ range, what }) => ({ range, path: what }))]
  const groups = tenants.map(({ tenant, path }) => option(`${path}.group`, tenant.group))
  return [
    ...repeated(namespaces, 'give each tenant its own namespaces'),
    ...namespaces.flatMap(reservedFault),
    ...affinityFaults(namespaces),
    ...repeated(groups, 'give each tenant its own group, or its people work in both'),
    ...tenants.flatMap(({ tenant, path }) => [
      ...repeated(options(`${path}.egress`, tenant.egress), 'list it once'),
      ...repeated(options(`${path}.priorityClasses`, tenant.priorityClasses), 'list it once'),
      ...repeated(list(tenant.registries).map((it, i) => option(`${path}.registries[${i}].name`, it?.name)), 'list it once'),
      ...egressFaults(options(`${path}.egress`, tenant.egress), closed),
      ...limitFaults(tenant, path),
    ]),
    ...hostFaults(tenants.flatMap(({ tenant, path }, owner) => options(`${path}.ingressHosts`, tenant.ingressHosts).map((it) => ({ ...it, owner })))),
  ]
}

function reservedFault({ path, value }: Option): Fault[] {
  if (value === undefined || !(reserved.includes(value) || prefixes.some((prefix) => value.startsWith(prefix)))) return []
  return [{ path, seen: show(value), message: `belongs to the platform, to annex or to Kubernetes (${[...reserved, ...prefixes.map((prefix) => `${prefix}...`)].join(', ')}): choose another name` }]
}

/** The second quota of a namespace has this name in the stack, where no two of a kind may have the same. */
function affinityFaults(namespaces: Option[]): Fault[] {
  const owners = new Map(namespaces.map((owner) => [`${owner.value}-affinity`, owner]))
  return namespaces.flatMap(({ path, value }) => {
    const owner = value === undefined ? undefined : owners.get(value)
    return owner === undefined ? [] : [{ path, seen: show(value), message: `is how annex calls the second quota of ${owner.path} = ${owner.value}: choose another name` }]
  })
}

/** A listed range must leave something to reach. Ranges that are only closed in part are opened without these parts. */
function egressFaults(egress: Option[], closed: ClosedRange[]): Fault[] {
  const ranges = closed.map(({ range }) => range)
  return egress.flatMap(({ path, value }) => {
    if (value === undefined || !isRange(value) || !isClosed(value, ranges)) return []
    const around = closed.find(({ range }) => covers(range, value))
    const where = around ? `lies in ${around.path} = ${around.range}` : `lies in ranges that are closed, one beside the other (${closed.filter(({ range }) => covers(value, range)).map((it) => it.range).join(', ')})`
    return [{ path, seen: show(value), message: `${where}, which no tenant may reach: remove it, or list a range outside` }]
  })
}

/** No tenant publishes what lies below a name of another. Told of the later one, whichever of the two covers the other. */
function hostFaults(hosts: (Option & { owner: number })[]): Fault[] {
  type Host = (typeof hosts)[number]
  const taken = new Map<string, Host>()
  // By each name above theirs.
  const below = new Map<string, Host[]>()
  return hosts.flatMap((one) => {
    const { value, owner } = one
    if (value === undefined) return []
    const same = taken.get(value)
    if (same !== undefined) return [{ path: one.path, seen: show(value), message: `is taken by ${same.path}: a name is published by one tenant, once` }]
    taken.set(value, one)
    const above = namesAbove(value)
    const others = [...above.flatMap((it) => taken.get(it) ?? []), ...below.get(value) ?? []].filter((it) => it.owner !== owner)
    for (const name of above) {
      const list = below.get(name)
      if (list === undefined) below.set(name, [one])
      else list.push(one)
    }
    return others.map((first) => ({ path: one.path, seen: show(value), message: `overlaps ${first.path} = ${show(first.value)}, which covers all names below it: give each tenant a name of its own` }))
  })
}

/** `a.example.org` lies below `example.org` and `org`. */
function namesAbove(name: string): string[] {
  const parts = name.split('.')
  return parts.slice(1).map((_, i) => parts.slice(i + 1).join('.'))
}

/** A limit above every quota of the tenant could never be reached, and hides that the quota is too small. */
function limitFaults({ limits, quota, namespaces }: RawTenant, path: string): Fault[] {
  const quotas = [quota, ...list(namespaces).map((it) => it?.quota)]
  const pairs = [['cpu', 'cpu'], ['memory', 'memory'], ['claim', 'storage']] as const
  return pairs.flatMap(([limit, ceiling]) => {
    const wanted = limits?.[limit]
    const ceilings = quotas.map((it) => it?.[ceiling] ?? defaultQuota[ceiling])
    if (wanted === undefined || !valid(() => [wanted, ...ceilings].map(amount))) return []
    if (ceilings.some((it) => amount(it) >= amount(wanted))) return []
    return [{ path: `${path}.limits.${limit}`, seen: show(wanted), message: `is more than quota.${ceiling} of every namespace of the tenant (${ceilings.join(', ')}): lower it, or raise the quota` }]
  })
}

function options(path: string, values: string[] | undefined): Option[] {
  return list(values).map((value, i) => option(`${path}[${i}]`, value))
}

/** What is no text is the schema's matter. */
function option(path: string, value: unknown): Option {
  return { path, value: typeof value === 'string' ? value : undefined }
}
