/** The tunnel between the cloud's gateways and the workers. */
import * as pulumi from '@pulumi/pulumi'
import type { NodeNetwork } from '../vps-worker/node-network.ts'
import { type Host, HostIdentity, HostSection } from '../../host/engine.ts'
import { type CloudRoute, cloudRoutes, renderGateway, renderGatewayPeer, renderWorker, tunnelInterface, type TunnelOptions, type TunnelPeer } from './render.ts'

export interface WireGuardTunnelArgs {
  /** Ranges that meet, and the MTU in bytes. */
  options: TunnelOptions
  /** Ends in the cloud. Today the first one carries the traffic. */
  gateways: TunnelGatewayArgs[]
  /** Ends outside of the cloud. */
  workers: TunnelWorkerArgs[]
}

export interface TunnelGatewayArgs extends Host {
  /** Of the host. */
  name: string
  /** Public address. */
  address: string
  /** UDP port. */
  port: number
  /** In the tunnel's range. */
  tunnelAddress: string
  /** Address in the cloud's network. */
  cloudAddress: string
}

export interface TunnelWorkerArgs extends Host {
  /** Of the node. */
  name: string
  /** Public address, for a worker that can be reached first. */
  address: string
  /** UDP port; left out behind NAT, where only the worker can begin. */
  listenPort?: number
  /** In the tunnel's range. */
  tunnelAddress: string
}

/**
 * A WireGuard tunnel over which the node, pod and service ranges meet. Keys are made on the hosts and stay there;
 * both ends come back by themselves after a reboot.
 */
export class WireGuardTunnel extends pulumi.ComponentResource {
  /** Entries that the cloud's route table needs. */
  readonly cloudRoutes: CloudRoute[]
  private readonly ends: Record<string, NodeNetwork> = {}

  constructor(name: string, args: WireGuardTunnelArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super('annex:index:WireGuardTunnel', name, {}, opts)
    const keys = createKeys(this, name, [...args.gateways, ...args.workers])
    const gateways = createGateways(this, name, args, keys)
    for (const worker of args.workers) this.ends[worker.name] = createWorker(this, name, args, worker, keys, gateways)
    this.cloudRoutes = cloudRoutes(args.options.ranges, args.gateways)
    this.registerOutputs({ cloudRoutes: this.cloudRoutes })
  }

  /** The tunnel as the worker's node network. @throws Error for a name that is no worker of this tunnel. */
  network(worker: string): NodeNetwork {
    const end = this.ends[worker]
    if (end === undefined) throw new Error(`WireGuardTunnel: ${worker} is none of its workers (${Object.keys(this.ends).join(', ')})`)
    return end
  }
}

/** By host. A host's own key must be there before its interface. */
type Keys = Record<string, HostIdentity>

function createKeys(parent: pulumi.Resource, name: string, hosts: (Host & { name: string })[]): Keys {
  return Object.fromEntries(hosts.map((host) =>
    [host.name, new HostIdentity(`${name}-${host.name}-key`, { connection: host.connection, generations: host.generations, interface: tunnelInterface }, { parent })]))
}

/** By gateway. */
type Gateways = Record<string, HostSection>

function createGateways(parent: pulumi.Resource, name: string, args: WireGuardTunnelArgs, keys: Keys): Gateways {
  return Object.fromEntries(args.gateways.map((gateway) => [gateway.name, new HostSection(`${name}-${gateway.name}`, {
    connection: gateway.connection,
    generations: gateway.generations,
    document: renderGateway(gateway, args.options),
  }, { parent, dependsOn: keys[gateway.name] })]))
}

/** Both ends of the worker's tunnel. The join comes after them, and so they go after its removal: until then the node needs them. */
function createWorker(parent: pulumi.Resource, name: string, args: WireGuardTunnelArgs, worker: TunnelWorkerArgs, keys: Keys, gateways: Gateways): NodeNetwork {
  const ends = [createWorkerEnd(parent, name, args, worker, keys), ...args.gateways.map((gateway) => createGatewayPeer(parent, name, gateway, worker, keys, gateways))]
  return { nodeAddress: worker.tunnelAddress, interface: tunnelInterface, ready: ends }
}

function createGatewayPeer(parent: pulumi.Resource, name: string, gateway: TunnelGatewayArgs, worker: TunnelWorkerArgs, keys: Keys, gateways: Gateways): HostSection {
  const endpoint = worker.listenPort === undefined ? undefined : `${worker.address}:${worker.listenPort}`
  return new HostSection(`${name}-${gateway.name}-${worker.name}`, {
    connection: gateway.connection,
    generations: gateway.generations,
    document: keys[worker.name]!.publicKey.apply((publicKey) => renderGatewayPeer({ name: worker.name, tunnelAddress: worker.tunnelAddress, publicKey, endpoint })),
  }, { parent, dependsOn: gateways[gateway.name] })
}

function createWorkerEnd(parent: pulumi.Resource, name: string, args: WireGuardTunnelArgs, worker: TunnelWorkerArgs, keys: Keys): HostSection {
  const peers = pulumi.all(args.gateways.map((gateway) => keys[gateway.name]!.publicKey.apply((publicKey): TunnelPeer => ({
    name: gateway.name,
    tunnelAddress: gateway.tunnelAddress,
    publicKey,
    endpoint: `${gateway.address}:${gateway.port}`,
  }))))
  return new HostSection(`${name}-${worker.name}`, {
    connection: worker.connection,
    generations: worker.generations,
    document: peers.apply((all) => renderWorker(worker, all, args.options)),
  }, { parent, dependsOn: keys[worker.name] })
}
