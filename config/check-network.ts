/** Whether addresses and ranges of the hosts, the tunnel and the cluster fit together. Works on raw input, any part of which may be missing or of another shape. */
import { type Fault, holds, list, repeated, show, valid } from './fault.ts'
import { contains, isAddress, isBroadcast, isNetwork, isUnicast, overlap } from './ranges.ts'
import { defaultPort, type RawConfig } from './schema.ts'

type RawHost = NonNullable<RawConfig['workers']>[number]

interface RangeAt { path: string; range: string }
interface HostAt { path: string; host: RawHost }

export function networkFaults(raw: RawConfig): Fault[] {
  const ranges = rangesOf(raw)
  const hosts = hostsOf(raw)
  const gateways = list(raw.tunnel?.gateways).map((it, i) => ({ path: `annex:tunnel.gateways[${i}].cloudAddress`, value: it?.cloudAddress }))
  const sameHost = repeated(hosts.map(({ host, path }) => ({ path: host?.ssh?.host === undefined ? `${path}.address` : `${path}.ssh.host`, value: endpoint(host) })), 'it would be the same host twice; give each its own address, or port')
  return [
    ...overlapFaults(ranges),
    ...apiServerFaults(raw.cluster),
    ...hosts.flatMap((host) => [...tunnelAddressFaults(host, raw.tunnel?.range), ...publicAddressFaults(host, ranges)]),
    ...gateways.flatMap((gateway) => cloudAddressFaults(gateway, ranges)),
    ...sameHost,
    ...repeated(gateways, 'give each gateway its own address'),
    ...repeated(list(raw.registries).map((it, i) => ({ path: `annex:registries[${i}].host`, value: it?.host })), 'list each registry once'),
    ...repeated(hosts.map(({ host, path }) => ({ path: `${path}.tunnelAddress`, value: host?.tunnelAddress })), 'give each host its own address'),
    ...repeated(hosts.map(({ host, path }) => ({ path: `${path}.name`, value: host?.name })), 'give each host its own name'),
    ...pairFaults(raw),
    ...repeated(packetsOf(raw), 'packets for one of them would reach the other; give each its own address, or port').filter(({ path }) => !sameHost.some((it) => hostOf(it.path) === hostOf(path))),
    ...ranges.filter(({ range }) => !isUnicast(range)).map(({ path, range }) => ({ path, seen: show(range), message: 'is not for hosts (loopback, multicast and the like): choose another, of a private network for example (RFC 1918)' })),
  ]
}

const hostOf = (path: string) => path.slice(0, path.lastIndexOf(']'))

/** Where each host takes the tunnel's packets. */
function packetsOf(raw: RawConfig): { path: string; value: string | undefined }[] {
  const at = (address: unknown, port: unknown) => (typeof address === 'string' && typeof port === 'number' ? `${address}:${port}/udp` : undefined)
  return [
    ...list(raw.tunnel?.gateways).map((it, i) => ({ path: `annex:tunnel.gateways[${i}].address`, value: at(it?.address, raw.tunnel?.port ?? defaultPort) })),
    ...list(raw.workers).map((it, i) => ({ path: `annex:workers[${i}].listenPort`, value: at(it?.address, it?.listenPort) })),
  ]
}

/** The end of a worker's tunnel on a gateway is called after both in the stack, and the end of each host after it alone. */
function pairFaults(raw: RawConfig): Fault[] {
  const hosts = hostsOf(raw).map(({ host, path }) => ({ path: `${path}.name`, value: host?.name }))
  const pairs = list(raw.tunnel?.gateways).flatMap((gateway) => list(raw.workers).map((worker, i) => ({ path: `annex:workers[${i}].name`, gateway: gateway?.name, worker: worker?.name }))).filter((it) => typeof it.gateway === 'string' && typeof it.worker === 'string').map((it) => ({ ...it, value: `${it.gateway}-${it.worker}` }))
  return pairs.flatMap(({ path, gateway, worker, value }, i) => {
    const other = hosts.find((it) => it.value === value)?.path ?? pairs.slice(0, i).find((it) => it.value === value && it.worker !== worker)?.path
    if (other === undefined) return []
    return [{ path, seen: show(worker), message: `with the gateway ${gateway} it is called ${value} in the stack, as ${other} is: choose another name` }]
  })
}

function rangesOf(raw: RawConfig): RangeAt[] {
  const cluster = (['nodes', 'pods', 'services'] as const).flatMap((name) => list(raw.cluster?.[name]).map((range, i) => ({ path: `annex:cluster.${name}[${i}]`, range })))
  const tunnel = raw.tunnel?.range
  return [...(tunnel === undefined ? [] : [{ path: 'annex:tunnel.range', range: tunnel }]), ...cluster].filter(({ range }) => valid(() => overlap(range, range)))
}

function hostsOf(raw: RawConfig): HostAt[] {
  return [
    ...list(raw.tunnel?.gateways).map((host, i) => ({ host, path: `annex:tunnel.gateways[${i}]` })),
    ...list(raw.workers).map((host, i) => ({ host, path: `annex:workers[${i}]` })),
  ]
}

function overlapFaults(ranges: RangeAt[]): Fault[] {
  return ranges.flatMap((one, i) => ranges.slice(i + 1).filter((other) => overlap(one.range, other.range))
    .map((other) => ({ path: one.path, seen: show(one.range), message: `overlaps ${other.path} = ${other.range}: choose ranges that share no address` })))
}

/** Workers reach the API server through the tunnel, which leads to the cloud's nodes. By a name its address is not known here. */
function apiServerFaults(cluster: RawConfig['cluster']): Fault[] {
  const [address, ranges] = [typeof cluster?.apiServer === 'string' ? cluster.apiServer.replace(/:\d+$/, '') : '', cluster?.nodes]
  if (!isAddress(address) || !Array.isArray(ranges) || ranges.length === 0) return []
  if (ranges.some((range) => !valid(() => contains(range!, address)) || contains(range!, address))) return []
  return [{ path: 'annex:cluster.apiServer', seen: show(cluster!.apiServer), message: `is outside annex:cluster.nodes = ${ranges.join(', ')}, so the tunnel would not lead there: list its private endpoint's range there too` }]
}

function tunnelAddressFaults({ host, path }: HostAt, range: string | undefined): Fault[] {
  const own = host?.tunnelAddress
  if (!range || !own) return []
  const fault = (message: string): Fault[] => [{ path: `${path}.tunnelAddress`, seen: show(own), message }]
  if (holds(() => isBroadcast(range, own))) return fault(`is the last address of annex:tunnel.range = ${range}, which is for all hosts: choose another in it`)
  if (holds(() => isNetwork(range, own))) return fault(`is the first address of annex:tunnel.range = ${range}, which stands for the whole of it: choose another in it`)
  if (holds(() => !contains(range, own))) return fault(`is outside annex:tunnel.range = ${range}: choose a free address in it`)
  return []
}

function publicAddressFaults({ host, path }: HostAt, ranges: RangeAt[]): Fault[] {
  const own = host?.address
  return ranges.filter(({ range }) => own && holds(() => contains(range, own)))
    .map((it) => ({ path: `${path}.address`, seen: show(own), message: `lies inside ${it.path} = ${it.range}: its own packets would go into the tunnel; choose another range` }))
}

/** A gateway is in the network of the cloud's nodes, or beside it. */
function cloudAddressFaults({ path, value }: { path: string; value?: string }, ranges: RangeAt[]): Fault[] {
  return ranges.filter((it) => !it.path.startsWith('annex:cluster.nodes') && value && holds(() => contains(it.range, value)))
    .map((it) => ({ path, seen: show(value), message: `lies inside ${it.path} = ${it.range}: the gateway's address in the cloud's own network is needed` }))
}

/** Where SSH goes; behind another jump host the same address may be another host. */
function endpoint(host: RawHost): string | undefined {
  const to = host?.ssh?.host ?? host?.address
  if (typeof to !== 'string') return undefined
  const jump = host?.ssh?.jump?.host
  return `${to}:${host?.ssh?.port ?? 22}${jump === undefined ? '' : ` through ${jump}:${host?.ssh?.jump?.port ?? 22}`}`
}
