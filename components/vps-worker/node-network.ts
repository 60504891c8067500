import type * as pulumi from '@pulumi/pulumi'

/** What a `VpsWorker` needs of whatever leads to the cluster: a tunnel's outputs. */
export interface NodeNetwork {
  /** The node's address for the cluster. */
  nodeAddress: string
  /** The interface that holds it. */
  interface: string
  /** Resources that must be there before the node joins. */
  ready: pulumi.Resource[]
}
