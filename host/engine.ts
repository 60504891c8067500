/** The one module through which annex changes hosts: SSH, @pulumi/command and the engine's scripts. */
import { createHash } from 'node:crypto'
import { local, remote, types } from '@pulumi/command'
import * as pulumi from '@pulumi/pulumi'
import { remoteCommand, stdin } from './bundle.ts'
import { type HostDocument, type HostResult, parseDocument, parseResult } from './document.ts'
import { type Connection, parseConnection } from './connection.ts'
import { type NodeArgs, NodeRemoval } from './node.ts'
import { wireGuardPackages } from './wireguard-packages.ts'

export type { Connection } from './connection.ts'
export type { Change, HostDocument, HostResult, Item } from './document.ts'
export { type HostReport, look, type LookOptions } from './look.ts'
export type { HostFacts } from './facts.ts'
export { AuthenticationFailed, HostFailure, HostKeyMismatch, NotRoot, Unreachable } from './errors.ts'
export { drainForUpgrade, type NodeArgs, NodeOutOfService, uncordonAfterUpgrade, type UpgradeArgs } from './node.ts'

/** A host, for whoever changes it. */
export interface Host {
  connection: Connection
  /** Default: 0 for every section. */
  generations?: Generations
}

/**
 * How often a section was found to be no longer as its last run had left it, so that a run follows although the document is the same.
 * `look` tells the last one.
 */
export interface Generations {
  bySection: Record<string, number>
  /** For sections that the host does not have: 0 on a new one, and the time where it has lost them, which no run had before. */
  others: number
}

export interface HostSectionArgs extends Host {
  /** What the section is to be. */
  document: pulumi.Input<HostDocument>
}

/**
 * One section of one host: brought to what its document says by create and update, given back as it was found by delete.
 * The document is an input of this component, so that a preview shows item by item what changes.
 * @throws Error that lists every fault of the connection or the document.
 */
export class HostSection extends pulumi.ComponentResource {
  /** What the last run changed. */
  readonly result: pulumi.Output<HostResult>

  constructor(name: string, args: HostSectionArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super('annex:host:HostSection', name, { connection: args.connection, document: args.document }, opts)
    const document = pulumi.output(args.document).apply(parseDocument)
    const undo = createUndo(this, name, args.connection, document.section)
    const run = document.apply((checked) => remoteCommand('converge', checked.section, args.connection.user, 'people'))
    const input = document.apply((checked) => stdin('converge', { ...checked, ...generation(args, checked), owner: owner(name) }))
    const converge = new remote.Command(`${name}-converge`, {
      ...session(args.connection),
      create: run,
      update: run,
      stdin: input,
    }, { parent: this, dependsOn: undo })
    this.result = converge.stdout.apply(parseResult)
    this.registerOutputs({ result: this.result })
  }
}

/** The WireGuard key of one interface of a host: made there when there is none, and never leaving it. */
export class HostIdentity extends pulumi.ComponentResource {
  /** 44 characters of base64. */
  readonly publicKey: pulumi.Output<string>

  constructor(name: string, args: Host & { interface: string }, opts: pulumi.ComponentResourceOptions = {}) {
    super('annex:host:HostIdentity', name, {}, opts)
    const section = new HostSection(name, { connection: args.connection, generations: args.generations, document: identity(args.interface) }, { parent: this })
    this.publicKey = section.result.apply((result) => result.outputs['publicKey']!)
    this.registerOutputs({ publicKey: this.publicKey })
  }
}

/** The key, and with it all packages of WireGuard: one apt run, before any interface needs them. */
function identity(name: string): HostDocument {
  return {
    section: `identity-${name}`,
    items: [
      wireGuardPackages,
      { kind: 'key', interface: name },
    ],
  }
}

export interface HostJoinArgs extends HostSectionArgs {
  /** A bootstrap token that lives minutes; none is needed on a host that has joined already. A new one is no change. */
  token: pulumi.Input<string> | undefined
  /** What the host joins as. It is drained and deleted before the host is given back. */
  node: NodeArgs
}

/**
 * A section that needs a bootstrap token: the one place where a secret is on a host's standard input. The run's resource is named
 * after its document and the host's key: a changed document or a host that was installed anew is a new run with the token of that
 * time, a new token alone changes nothing.
 */
export class HostJoin extends pulumi.ComponentResource {
  /** What the run changed. */
  readonly result: pulumi.Output<HostResult>
  /** Another one for each run. */
  readonly run: string

  constructor(name: string, args: Omit<HostJoinArgs, 'document'> & { document: HostDocument }, opts: pulumi.ComponentResourceOptions = {}) {
    super('annex:host:HostJoin', name, { connection: args.connection, document: args.document }, opts)
    const document = parseDocument(args.document)
    const undo = createUndo(this, name, args.connection, document.section)
    // Before the run too: one that fails may have registered the node. Only whoever runs `pulumi` may evict pods and delete it; a node's own credential may not.
    const removal = new NodeRemoval(`${args.node.nodeName}-removal`, args.node, { parent: opts.parent, dependsOn: undo })
    const asked = { ...document, ...generation(args, document) }
    const input = pulumi.secret(args.token ?? '').apply((token) => stdin('converge', { ...asked, owner: owner(name), secrets: { token } }))
    this.run = createHash('sha256').update(JSON.stringify([asked, parseConnection(args.connection).hostKey])).digest('hex').slice(0, 8)
    const converge = new remote.Command(`${name}-${this.run}`, {
      ...session(args.connection),
      create: remoteCommand('converge', document.section, args.connection.user, 'people'),
      stdin: input,
    }, { parent: this, dependsOn: removal, ignoreChanges: ['stdin', 'create', 'connection'] })
    this.result = pulumi.unsecret(converge.stdout).apply(parseResult)
    this.registerOutputs({ result: this.result })
  }
}

/**
 * The removal is a resource of its own, made before anything is changed on the host: after a run that was cut or failed, Pulumi
 * forgets the resource of the run, but destroy still finds this one. It has no create, so it costs no session. It is a local command,
 * because a remote one cannot be deleted any more once its host is gone.
 */
function createUndo(parent: pulumi.Resource, name: string, connection: Connection, section: pulumi.Input<string>): local.Command {
  return new local.Command(`${name}-undo`, {
    delete: 'node host/undo.ts',
    stdin: pulumi.output(section).apply((checked) => JSON.stringify({ connection: parseConnection(connection), section: checked, owner: owner(name) })),
    logging: local.Logging.Stderr,
    addPreviousOutputInEnv: false,
  }, { parent })
}

/** Whose a section of a host is: two stacks on one host, or a resource that was renamed, would undo each other's work. */
function owner(name: string): string {
  return `${pulumi.getProject()}/${pulumi.getStack()} ${name}`
}

/** Part of what the engine is asked; left out until it counts. */
function generation({ generations }: Host, { section }: HostDocument): { generation?: number } {
  const count = generations?.bySection[section] ?? generations?.others ?? 0
  return count === 0 ? {} : { generation: count }
}

/** What every session has in common. @pulumi/command checks no host key by itself, and dials ten times. */
function session(connection: Connection) {
  return {
    connection: commandConnection(parseConnection(connection)),
    // Progress of the run and its error are for people; the answer on stdout is an output.
    logging: remote.Logging.Stderr,
    // sshd refuses environment variables that it does not know.
    addPreviousOutputInEnv: false,
  }
}

function commandConnection({ jump, ...connection }: Connection): types.input.remote.ConnectionArgs {
  const dial = { dialErrorLimit: 2, perDialTimeout: 10 }
  return { ...connection, ...dial, ...(jump === undefined ? {} : { proxy: { host: jump.host, port: jump.port, user: jump.user, hostKey: jump.hostKey, ...dial } }) }
}
