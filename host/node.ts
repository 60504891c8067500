/** What the cluster needs done around the changes of a worker, with the rights of whoever runs `pulumi`: a node may not do it itself. */
import { local } from '@pulumi/command'
import * as pulumi from '@pulumi/pulumi'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface NodeArgs {
  nodeName: string
  /** Context of the kubeconfig of whoever runs `pulumi`. */
  context: string
}

/** Minors that a node is to run, like 1.36. */
export interface NodeMinors {
  kubelet: string
  containerd: string
}

/** Does nothing until it is deleted: then it drains the node and deletes it. */
export class NodeRemoval extends pulumi.ComponentResource {
  constructor(name: string, args: NodeArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super('annex:host:NodeRemoval', name, { ...args }, opts)
    command(`${name}-drain`, { delete: script('remove.sh') }, environment(args), { parent: this })
    this.registerOutputs()
  }
}

/**
 * Does nothing until it is deleted: then, if the node no longer answers, its pods are ended without it. Depends on everything that has
 * pods there, so that it is deleted before: the deletion of a pod waits for its node, for ever if need be.
 */
export class NodeOutOfService extends pulumi.ComponentResource {
  constructor(name: string, args: NodeArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super('annex:host:NodeOutOfService', name, { ...args }, opts)
    command(name, { delete: script('out-of-service.sh') }, environment(args), { parent: this })
    this.registerOutputs()
  }
}

/**
 * Does nothing until the minors change: then it drains the node. "In-place minor version kubelet upgrades are not supported" (Kubernetes
 * version skew policy), and containers outlive their containerd only as far as the two understand each other.
 */
export function drainForUpgrade(name: string, args: NodeArgs & NodeMinors, opts: pulumi.CustomResourceOptions): pulumi.Resource {
  return command(name, { update: script('drain.sh') }, upgrade(args), opts)
}

/** The other end of `drainForUpgrade`: once the node is Ready again, it takes pods again. */
export function uncordonAfterUpgrade(name: string, args: NodeArgs & NodeMinors, opts: pulumi.CustomResourceOptions): pulumi.Resource {
  return command(name, { update: script('uncordon.sh') }, upgrade(args), opts)
}

function command(name: string, steps: Pick<local.CommandArgs, 'update' | 'delete'>, environment: Record<string, string>, opts: pulumi.CustomResourceOptions): local.Command {
  return new local.Command(name, { ...steps, interpreter: ['bash', '-c'], environment, logging: local.Logging.Stderr, addPreviousOutputInEnv: false }, opts)
}

function environment({ nodeName, context }: NodeArgs): Record<string, string> {
  return { NODE: nodeName, CONTEXT: context }
}

function upgrade({ kubelet, containerd, ...node }: NodeArgs & NodeMinors): Record<string, string> {
  return { ...environment(node), KUBELET: kubelet, CONTAINERD: containerd }
}

function script(name: string): string {
  return readFileSync(join(import.meta.dirname, 'node', name), 'utf8')
}
