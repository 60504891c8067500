/** What the tunnel needs on each host, and of the cloud, as plain data. */
import type { HostDocument } from '../../host/document.ts'
import { wireGuardPackages } from '../../host/wireguard-packages.ts'

/** The ranges that meet through the tunnel, IPv4 CIDR. */
export interface TunnelRanges {
  tunnel: string
  nodes: string[]
  pods: string[]
  services: string[]
}

export interface TunnelPeer {
  name: string
  /** Address inside the tunnel, without a prefix length. */
  tunnelAddress: string
  publicKey: string
  /** Public `address:port`, where the peer can be found first. */
  endpoint?: string
}

export interface TunnelOptions {
  ranges: TunnelRanges
  /** Bytes. */
  mtu: number
}

export const tunnelInterface = 'wg0'
export const tunnelSection = 'wireguard-tunnel'

/** Seconds between keepalives; 25 keeps the common NAT mappings open (WireGuard's own documentation). */
const keepalive = 25

/** The document of a gateway: the cloud end, which forwards between the tunnel and the cloud's network. Its workers have documents of their own. */
export function renderGateway(gateway: { tunnelAddress: string; port: number }, options: TunnelOptions): HostDocument {
  return {
    section: tunnelSection,
    items: [
      wireGuardPackages,
      { kind: 'sysctl', key: 'net.ipv4.ip_forward', value: '1' },
      {
        kind: 'interface',
        name: tunnelInterface,
        address: `${gateway.tunnelAddress}/${prefix(options.ranges.tunnel)}`,
        listenPort: gateway.port,
        mtu: options.mtu,
        peers: [],
      },
    ],
  }
}

/** What a gateway has of one worker: apart from the gateway's own, so that it goes after the worker has left the cluster, and no sooner. */
export function renderGatewayPeer(worker: TunnelPeer): HostDocument {
  const { tunnelAddress, ...rest } = worker
  return {
    section: `wireguard-peer-${worker.name}`,
    items: [{ kind: 'peer', interface: tunnelInterface, ...rest, allowedIps: [`${tunnelAddress}/32`] }],
  }
}

/** The document of a worker: the whole cloud is behind its gateways. */
export function renderWorker(worker: { tunnelAddress: string; listenPort?: number }, gateways: TunnelPeer[], options: TunnelOptions): HostDocument {
  const { tunnel, nodes, pods, services } = options.ranges
  const [first, ...others] = gateways
  if (first === undefined) throw new Error('WireGuardTunnel: a tunnel needs at least one gateway')
  return {
    section: tunnelSection,
    items: [
      wireGuardPackages,
      {
        kind: 'interface',
        name: tunnelInterface,
        address: `${worker.tunnelAddress}/32`,
        listenPort: worker.listenPort,
        mtu: options.mtu,
        peers: [
          { ...peer(first), allowedIps: [tunnel, ...nodes, ...pods, ...services], keepalive },
          ...others.map((gateway) => ({ ...peer(gateway), allowedIps: [`${gateway.tunnelAddress}/32`], keepalive })),
        ],
      },
    ],
  }
}

/** An entry of the cloud's route table. */
export interface CloudRoute {
  range: string
  nextHop: string
}

/** The entries that the cloud's route table needs; the cloud's operator enters them, annex only checks that they work. */
export function cloudRoutes(ranges: TunnelRanges, gateways: { cloudAddress: string }[]): CloudRoute[] {
  return gateways.slice(0, 1).map(({ cloudAddress }) => ({ range: ranges.tunnel, nextHop: cloudAddress }))
}

function peer({ name, publicKey, endpoint }: TunnelPeer) {
  return { name, publicKey, endpoint }
}

function prefix(range: string): string {
  return range.split('/')[1]!
}
