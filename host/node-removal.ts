import { local } from '@pulumi/command'
import * as pulumi from '@pulumi/pulumi'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface NodeRemovalArgs {
  nodeName: string
  /** Context of the kubeconfig of whoever runs `pulumi`. */
  context: string
}

/** Does nothing until it is deleted: then it drains the node and deletes it, with the rights of whoever runs `pulumi`. */
export class NodeRemoval extends pulumi.ComponentResource {
  constructor(name: string, args: NodeRemovalArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super('annex:host:NodeRemoval', name, { nodeName: args.nodeName, context: args.context }, opts)
    new local.Command(`${name}-drain`, {
      delete: readFileSync(join(import.meta.dirname, 'drain.sh'), 'utf8'),
      interpreter: ['bash', '-c'],
      environment: { NODE: args.nodeName, CONTEXT: args.context },
      logging: local.Logging.Stderr,
      addPreviousOutputInEnv: false,
    }, { parent: this })
    this.registerOutputs()
  }
}
