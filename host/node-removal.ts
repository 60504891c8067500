/** What the cluster needs done when a worker goes, with the rights of whoever runs `pulumi`: a node may not do it itself. */
import { local } from '@pulumi/command'
import * as pulumi from '@pulumi/pulumi'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface NodeArgs {
  nodeName: string
  /** Context of the kubeconfig of whoever runs `pulumi`. */
  context: string
}

/** Does nothing until it is deleted: then it drains the node and deletes it. */
export class NodeRemoval extends pulumi.ComponentResource {
  constructor(name: string, args: NodeArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super('annex:host:NodeRemoval', name, { ...args }, opts)
    onDelete(this, `${name}-drain`, 'drain.sh', args)
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
    onDelete(this, name, 'out-of-service.sh', args)
    this.registerOutputs()
  }
}

function onDelete(parent: pulumi.Resource, name: string, script: string, { nodeName, context }: NodeArgs): void {
  new local.Command(name, {
    delete: readFileSync(join(import.meta.dirname, script), 'utf8'),
    interpreter: ['bash', '-c'],
    environment: { NODE: nodeName, CONTEXT: context },
    logging: local.Logging.Stderr,
    addPreviousOutputInEnv: false,
  }, { parent })
}
