/** Everything that can be wrong with a configuration, found at once, before any host is contacted. */
import type { z } from 'zod'
import { sharedPool } from '../components/tenant-placement/place-pod.ts'
import { storageFaults } from './check-storage.ts'
import { tenantFaults } from './check-tenants.ts'
import { testApplicationFaults } from './check-test-application.ts'
import { type Fault, list, named, repeated, show, valid } from './fault.ts'
import { contains, isAddress, isBroadcast, overlap } from './ranges.ts'
import { type Config, schema } from './schema.ts'

export type { Fault }

export type Checked = { config: Config; faults: [] } | { config: undefined; faults: Fault[] }

/** Checks the shape and, where the shape is right, how the options fit together. Never throws. */
export function check(raw: unknown): Checked {
  const parsed = schema.safeParse(raw, { reportInput: true })
  const shape = parsed.success ? [] : parsed.error.issues.flatMap((issue) => fromIssue(issue, raw))
  const fit = crossCheck(raw as DeepPartial<Config>)
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
      message: 'there is no such option: check its spelling or remove it',
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

type DeepPartial<T> = T extends (infer E)[] ? DeepPartial<E>[] : T extends object ? { [K in keyof T]?: DeepPartial<T[K]> } : T

/** Rules over several options. Works on raw input, so that these faults are reported along with those of shape. */
function crossCheck(raw: DeepPartial<Config>): Fault[] {
  const faults: Fault[] = []
  const gateways = list(raw?.tunnel?.gateways)
  const workers = list(raw?.workers)
  const tenants = list(raw?.tenants)

  const ranges = [
    ...(raw?.tunnel?.range === undefined ? [] : [{ path: 'annex:tunnel.range', range: raw.tunnel.range }]),
    ...(['nodes', 'pods', 'services'] as const).flatMap((name) =>
      list(raw?.cluster?.[name]).map((range, i) => ({ path: `annex:cluster.${name}[${i}]`, range }))),
  ].filter(({ range }) => valid(() => overlap(range, range)))
  ranges.forEach((one, i) => ranges.slice(i + 1).forEach((other) => {
    if (overlap(one.range, other.range)) {
      faults.push({ path: one.path, seen: show(one.range), message: `overlaps ${other.path} = ${other.range}: choose ranges that share no address` })
    }
  }))

  const hosts = [
    ...gateways.map((it, i) => ({ it, path: `annex:tunnel.gateways[${i}]` })),
    ...workers.map((it, i) => ({ it, path: `annex:workers[${i}]` })),
  ]
  const tunnel = raw?.tunnel?.range
  faults.push(...apiServerFaults(raw?.cluster))
  for (const { it, path } of hosts) {
    const own = it?.tunnelAddress
    if (tunnel && own && valid(() => isBroadcast(tunnel, own)) && isBroadcast(tunnel, own)) {
      faults.push({ path: `${path}.tunnelAddress`, seen: show(own), message: `is the last address of annex:tunnel.range = ${tunnel}, which is for all hosts: choose another in it` })
    }
    if (tunnel && own && valid(() => contains(tunnel, own)) && !contains(tunnel, own)) {
      faults.push({ path: `${path}.tunnelAddress`, seen: show(own), message: `is outside annex:tunnel.range = ${tunnel}: choose a free address in it` })
    }
    const publicAddress = it?.address
    for (const { path: rangePath, range } of ranges) {
      if (publicAddress && valid(() => contains(range, publicAddress)) && contains(range, publicAddress)) {
        faults.push({ path: `${path}.address`, seen: show(publicAddress), message: `lies inside ${rangePath} = ${range}: its own packets would go into the tunnel; choose another range` })
      }
    }
  }
  gateways.forEach((it, i) => {
    for (const { path, range } of ranges.filter(({ path }) => !path.startsWith('annex:cluster.nodes'))) {
      const own = it?.cloudAddress
      if (own && valid(() => contains(range, own)) && contains(range, own)) {
        faults.push({ path: `annex:tunnel.gateways[${i}].cloudAddress`, seen: show(own), message: `lies inside ${path} = ${range}: the gateway's address in the cloud's own network is needed` })
      }
    }
  })
  faults.push(...repeated(hosts.map(({ it, path }) => ({ path: it?.ssh?.host === undefined ? `${path}.address` : `${path}.ssh.host`, value: endpoint(it) })), 'it would be the same host twice; give each its own address, or port'))
  faults.push(...repeated(gateways.map((it, i) => ({ path: `annex:tunnel.gateways[${i}].cloudAddress`, value: it?.cloudAddress })), 'give each gateway its own address'))
  faults.push(...repeated(list(raw?.registries).map((it, i) => ({ path: `annex:registries[${i}].host`, value: it?.host })), 'list each registry once'))
  faults.push(...repeated(hosts.map(({ it, path }) => ({ path: `${path}.tunnelAddress`, value: it?.tunnelAddress })), 'give each host its own address'))
  faults.push(...repeated(hosts.map(({ it, path }) => ({ path: `${path}.name`, value: it?.name })), 'give each host its own name'))
  faults.push(...storageFaults(workers))
  faults.push(...tenantFaults(raw as Parameters<typeof tenantFaults>[0]))
  faults.push(...poolFaults(workers.map((it) => it?.name), raw?.admission?.enforcement, tenants.map((it) => ({ name: it?.name, nodes: list(it?.dedicatedNodes) }))))
  const tenantNamespaces = tenants.flatMap((tenant) => [tenant?.name, ...list(tenant?.namespaces).map((it) => it?.name)])
  list(raw?.admission?.systemNamespaces).forEach((name, i) => {
    if (name !== undefined && tenantNamespaces.includes(name)) {
      faults.push({ path: `annex:admission.systemNamespaces[${i}]`, seen: show(name), message: 'is a namespace of annex:tenants, whose pods must be placed: remove it here' })
    }
  })
  list(raw?.admission?.daemonSets).forEach((it, i) => {
    if (it?.namespace !== undefined && tenantNamespaces.includes(it.namespace)) {
      faults.push({ path: `annex:admission.daemonSets[${i}].namespace`, seen: show(it.namespace), message: 'is a namespace of annex:tenants, whose pods are placed without exception: remove it here' })
    }
  })
  faults.push(...testApplicationFaults(raw as Parameters<typeof testApplicationFaults>[0]))
  return faults
}

/** The name is a label's value on all that the stack owns in the cluster (Kubernetes' documentation of labels: syntax and character set). */
export function stackNameFaults(stack: string): Fault[] {
  if (/^[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/.test(stack)) return []
  return [{ path: 'the stack\'s name', seen: show(stack), message: 'cannot be the value of a label, by which annex knows what is its own: at most 63 characters, the first and the last a letter or a digit; make a stack of another name (pulumi stack init)' }]
}

/** Where SSH goes; behind another jump host the same address may be another host. */
function endpoint(host: DeepPartial<Config['workers'][number]> | undefined): string | undefined {
  const to = host?.ssh?.host ?? host?.address
  if (typeof to !== 'string') return undefined
  const jump = host?.ssh?.jump?.host
  return `${to}:${host?.ssh?.port ?? 22}${jump === undefined ? '' : ` through ${jump}:${host?.ssh?.jump?.port ?? 22}`}`
}

/** Workers reach the API server through the tunnel, which leads to the cloud's nodes. By a name its address is not known here. */
function apiServerFaults(cluster: DeepPartial<Config>['cluster']): Fault[] {
  const [address, ranges] = [typeof cluster?.apiServer === 'string' ? cluster.apiServer.replace(/:\d+$/, '') : '', cluster?.nodes]
  if (!isAddress(address) || !Array.isArray(ranges) || ranges.length === 0) return []
  if (ranges.some((range) => !valid(() => contains(range!, address)) || contains(range!, address))) return []
  return [{ path: 'annex:cluster.apiServer', seen: show(cluster!.apiServer), message: `is outside annex:cluster.nodes = ${ranges.join(', ')}, so the tunnel would not lead there: list its private endpoint's range there too` }]
}

/** Dedicated nodes are workers, one tenant's each; a tenant without any needs one that is nobody's own. */
function poolFaults(workers: (string | undefined)[], enforcement: unknown, tenants: { name: string | undefined; nodes: (string | undefined)[] }[]): Fault[] {
  const dedicated = tenants.flatMap(({ nodes }, i) => nodes.map((value, j) => ({ path: `annex:tenants[${i}].dedicatedNodes[${j}]`, value })))
  const unknown = dedicated.filter(({ value }) => value !== undefined && !workers.includes(value))
    .map(({ path, value }) => ({ path, seen: show(value), message: `is none of annex:workers (${named(workers)}): name one of them` }))
  const left = workers.filter((name) => !dedicated.some(({ value }) => value === name))
  const homeless = workers.length === 0 || left.length > 0 ? [] : tenants.flatMap(({ nodes }, i) => (nodes.length > 0 ? [] : [{
    path: `annex:tenants[${i}].dedicatedNodes`,
    seen: '(not set)',
    message: `every worker (${workers.join(', ')}) is dedicated to another tenant, so its pods could run nowhere: add a worker, or dedicate fewer`,
  }]))
  const open = enforcement === 'deny' ? [] : dedicated.slice(0, 1).map(({ path, value }) => ({
    path, seen: show(value), message: 'keeps nobody out by itself: a pod that names the node, or its pool, runs there all the same; set annex:admission.enforcement: deny, or do not dedicate nodes',
  }))
  const reserved = tenants.flatMap(({ name }, i) => (name === sharedPool ? [{ path: `annex:tenants[${i}].name`, seen: show(name), message: 'is the name of the pool of shared nodes: choose another name' }] : []))
  return [...unknown, ...repeated(dedicated, 'a node can be dedicated to one tenant only'), ...homeless, ...open, ...reserved]
}

function at(value: unknown, path: PropertyKey[]): unknown {
  return path.reduce<unknown>((inner, key) => (inner === null || inner === undefined ? undefined : (inner as Record<PropertyKey, unknown>)[key]), value)
}

function optionPath(path: PropertyKey[]): string {
  const [first, ...rest] = path
  return `annex:${String(first ?? '')}${rest.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('')}`
}
