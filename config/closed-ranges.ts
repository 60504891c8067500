/** What no tenant may reach through its egress list, as far as the configuration knows it. */
import { list } from './fault.ts'
import { isAddress, isRange } from './ranges.ts'

/** A range and the option that it comes from. */
export interface ClosedRange {
  path: string
  range: string
}

/** The options that name such ranges. Each may be missing or wrong, so that a faulty configuration can be checked in full. */
export interface Surrounded {
  cluster?: { apiServer?: string; nodes?: string[]; pods?: string[]; services?: string[]; closed?: string[] }
  tunnel?: { range?: string; gateways?: HostAddresses[] }
  workers?: HostAddresses[]
}

interface HostAddresses { address?: string; cloudAddress?: string }

/** Nodes, API server, pods, services, tunnel and the hosts' own addresses. An API server that is given by name is covered by the ranges of nodes. */
export function closedRanges({ cluster, tunnel, workers }: Surrounded): ClosedRange[] {
  const ranges = [
    ...(['nodes', 'pods', 'services', 'closed'] as const).flatMap((name) => list(cluster?.[name]).map((range, i) => ({ path: `annex:cluster.${name}[${i}]`, range }))),
    { path: 'annex:tunnel.range', range: tunnel?.range },
  ]
  const addresses = [
    { path: 'annex:cluster.apiServer', address: typeof cluster?.apiServer === 'string' ? cluster.apiServer.replace(/:\d+$/, '') : undefined },
    ...hosts('annex:tunnel.gateways', tunnel?.gateways),
    ...hosts('annex:workers', workers),
  ]
  return [
    ...ranges.flatMap(({ path, range }) => (typeof range === 'string' && isRange(range) ? [{ path, range }] : [])),
    ...addresses.flatMap(({ path, address }) => (typeof address === 'string' && isAddress(address) ? [{ path, range: `${address}/32` }] : [])),
  ]
}

function hosts(path: string, named: HostAddresses[] | undefined) {
  return list(named).flatMap((host, i) => [{ path: `${path}[${i}].address`, address: host?.address }, { path: `${path}[${i}].cloudAddress`, address: host?.cloudAddress }])
}
