/** A VPS as a worker node of the cluster. */
import * as k8s from '@pulumi/kubernetes'
import * as pulumi from '@pulumi/pulumi'
import { drainForUpgrade, type Host, HostJoin, HostSection, type NodeArgs, uncordonAfterUpgrade, type UpgradeArgs } from '../../host/engine.ts'
import { nodePoolLabel } from '../tenant-placement/node-pools.ts'
import { tenantNodeLabels } from '../tenant-placement/place-pod.ts'
import type { NodeNetwork } from './node-network.ts'
import { type HostOptions, minorsOf, type RegistryMirror, renderJoin, renderWorkerHost, type WorkerPackages } from './render.ts'

export interface VpsWorkerArgs extends Host {
  /** Name of the node. */
  nodeName: string
  /** How the node reaches the cluster: a tunnel's outputs. */
  network: NodeNetwork
  /** Resources that must be there before the node joins: the host's volumes. */
  joinAfter?: pulumi.Resource[]
  /** How often the node is to have been drained for an upgrade: one more than before, where one is due now. Default: 0. */
  drains?: number
  /** Resources that must be there before the node is drained for another minor: workers whose turn is before. */
  upgradeAfter?: pulumi.Resource[]
  /** The cluster that the node joins. */
  cluster: ClusterEndpoint
  /** Repositories, and the versions that are pinned and held. */
  packages: WorkerPackages
  /** Registries that are pulled from a mirror. */
  registries: RegistryMirror[]
  /** File on the host with the name servers that pods with the host's DNS get. Default: /etc/resolv.conf. */
  resolvConf?: string
  /** Of the taint paas-tier=tenant, at registration: a later change does not reach a node that has joined. */
  taintEffect: 'NoSchedule' | 'PreferNoSchedule'
  /** Pool of tenants whose pods it takes. Its label (`nodePoolLabel`) is set through the API after the join: a kubelet may not give it to itself. */
  nodePool: string
  /** TCP port on which sshd listens. */
  sshPort: number
  /** UDP port of the tunnel, for a worker that can be reached first. */
  tunnelPort?: number
  /** Lives minutes; undefined where the host has joined already. */
  bootstrapToken: pulumi.Input<string> | undefined
  /** For hosts that are no plain VPS. */
  options: HostOptions
}

export interface ClusterEndpoint {
  /** Context in the kubeconfig of whoever runs `pulumi`. */
  context: string
  /** Private endpoint of the API server, host:port. */
  apiServer: string
  /** `sha256:<hex>` of the certificate authority's public key. */
  caCertHash: string
}

/**
 * Prepares the host (packages, kernel settings, containerd, firewall), joins it with the guide's labels and taint, waits until it
 * is Ready. Another minor of the kubelet or of containerd comes to a drained node. Deleting it drains the node, removes it from the cluster
 * and gives the host back as it was found.
 */
export class VpsWorker extends pulumi.ComponentResource {
  readonly nodeName: string
  /** The node is Ready, labelled, and takes pods. */
  readonly ready: pulumi.Resource[]

  constructor(name: string, args: VpsWorkerArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super('annex:index:VpsWorker', name, {}, opts)
    const drained = createDrain(this, name, args)
    const host = createHost(this, name, args, drained)
    const join = createJoin(this, name, args, host)
    const labels = createLabels(this, name, args, join)
    const uncordoned = createUncordon(this, name, args, [host, join])
    this.nodeName = args.nodeName
    this.ready = [labels, uncordoned]
    this.registerOutputs({ nodeName: args.nodeName })
  }
}

function createDrain(parent: pulumi.Resource, name: string, args: VpsWorkerArgs): pulumi.Resource {
  return drainForUpgrade(`${name}-drain`, upgrade(args), { parent, dependsOn: args.upgradeAfter })
}

function createHost(parent: pulumi.Resource, name: string, args: VpsWorkerArgs, drained: pulumi.Resource): HostSection {
  const document = renderWorkerHost({ ...args, ...args.options, interface: args.network.interface })
  return new HostSection(`${name}-host`, { connection: args.connection, generations: args.generations, document }, { parent, dependsOn: drained })
}

function createJoin(parent: pulumi.Resource, name: string, args: VpsWorkerArgs, host: HostSection): HostJoin {
  const document = renderJoin({ ...args, ...args.cluster, ...args.options, nodeAddress: args.network.nodeAddress })
  return new HostJoin(`${name}-join`, { connection: args.connection, generations: args.generations, document, node: node(args), token: args.bootstrapToken }, { parent, dependsOn: [host, ...args.network.ready, ...(args.joinAfter ?? [])] })
}

/**
 * All but the pool's are registered with the node already; owned here, so that a change of them by hand is seen by a refresh and undone by the
 * next update. Another resource for each run of the join: a node that joins again has lost its pool, and where it is still to come, the update
 * of a patch could not be previewed.
 */
function createLabels(parent: pulumi.Resource, name: string, args: VpsWorkerArgs, join: HostJoin): k8s.core.v1.NodePatch {
  // A label belongs to whoever changed it last: without force the update would end in a conflict.
  const annotations = { 'pulumi.com/patchForce': 'true' }
  const labels = { ...tenantNodeLabels, [nodePoolLabel]: args.nodePool }
  return new k8s.core.v1.NodePatch(`${name}-labels-${join.run}`, { metadata: { name: args.nodeName, labels, annotations } }, { parent, dependsOn: join })
}

function createUncordon(parent: pulumi.Resource, name: string, args: VpsWorkerArgs, changed: pulumi.Resource[]): pulumi.Resource {
  return uncordonAfterUpgrade(`${name}-uncordon`, upgrade(args), { parent, dependsOn: changed })
}

function upgrade(args: VpsWorkerArgs): UpgradeArgs {
  return { ...node(args), ...minorsOf(args.packages), drains: args.drains ?? 0 }
}

function node({ nodeName, cluster }: VpsWorkerArgs): NodeArgs {
  return { nodeName, context: cluster.context }
}
