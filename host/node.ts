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

export interface UpgradeArgs extends NodeArgs {
  /** Minors that the node is to run, like 1.36. */
  kubelet: string
  containerd: string
  /** How often the node is to have been drained: one more than its annotation says, where it is to be drained now. 0: never yet. */
  drains: number
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
 * Drains the node where it has been drained less often than it is to have been: "in-place minor version kubelet upgrades are not supported"
 * (Kubernetes version skew policy), and containers outlive their containerd only as far as the two understand each other. By a number, because
 * the state knows what was asked of it and not what came of it: a run that failed is one more drain, and a node that the stack takes over one too.
 */
export function drainForUpgrade(name: string, { drains, ...node }: UpgradeArgs, opts: pulumi.CustomResourceOptions): pulumi.Resource {
  return command(name, { create: script('drain.sh') }, { ...environment(node), DRAINS: String(drains) }, opts)
}

/** The other end of `drainForUpgrade`: once the node is Ready with the minors it is to have, it takes pods again. */
export function uncordonAfterUpgrade(name: string, { drains, kubelet, containerd, ...node }: UpgradeArgs, opts: pulumi.CustomResourceOptions): pulumi.Resource {
  return command(name, { create: script('uncordon.sh') }, { ...environment(node), DRAINS: String(drains), KUBELET: kubelet, CONTAINERD: containerd }, opts)
}

/** Without `update`, that is `create` too. */
function command(name: string, steps: Pick<local.CommandArgs, 'create' | 'delete'>, environment: Record<string, string>, opts: pulumi.CustomResourceOptions): local.Command {
  return new local.Command(name, { ...steps, interpreter: ['bash', '-c'], environment, logging: local.Logging.Stderr, addPreviousOutputInEnv: false }, opts)
}

function environment({ nodeName, context }: NodeArgs): Record<string, string> {
  return { NODE: nodeName, CONTEXT: context }
}

function script(name: string): string {
  return readFileSync(join(import.meta.dirname, 'node', name), 'utf8')
}
