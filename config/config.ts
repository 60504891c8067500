/** The only place that reads `pulumi.Config` and the files that it names. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import * as pulumi from '@pulumi/pulumi'
import type { Connection } from '../host/engine.ts'
import { describe, type Fault, stackNameFaults } from './check.ts'
import { checkEnvironment, type StackedTenant } from './check-stacked.ts'
import { type Config, schema } from './schema.ts'

/** A configuration whose files were read: connections have host keys, repositories and registries their keys. */
export interface Settings extends Config {
  /** Context of the kubeconfig that the stack belongs to (`kubernetes:context`). */
  context: string
  /** Name of the stack. */
  stack: string
  /** Tenants of this platform that are in stacks of their own (`tenants/<stack>.yaml`); this one makes none of them. */
  stacked: StackedTenant[]
  connections: Record<string, Connection>
  /** Contents of the key and certificate files, by their path in the configuration. */
  files: Record<string, string>
}

/**
 * Reads and checks `Pulumi.<stack>.yaml`.
 * @throws pulumi.RunError with all faults at once: option, value seen, what is allowed, fix. No host has been contacted then.
 */
export function readSettings(): Settings {
  const stack = pulumi.getStack()
  const source = new pulumi.Config('annex')
  const raw: Record<string, unknown> = {}
  for (const key of Object.keys(schema.shape)) {
    const value = readKey(source, key)
    if (value !== undefined) raw[key] = value
  }
  const unknown = unknownKeys(Object.keys(schema.shape))
  const tenantsFile = `tenants/${stack}.yaml`
  const checked = checkEnvironment(raw, tenantsFile, existsSync(tenantsFile) ? readFileSync(tenantsFile, 'utf8') : undefined)
  const context = new pulumi.Config('kubernetes').get('context')
  const faults = [...stackNameFaults(stack), ...unknown, ...checked.faults, ...(context ? [] : [contextFault]), ...(checked.config ? fileFaults(checked.config) : [])]
  if (checked.config === undefined || !context || faults.length > 0) throw new pulumi.RunError(describe(faults, `Pulumi.${stack}.yaml`))
  return { ...withFiles(checked.config), context, stack, stacked: checked.stacked }
}

export const contextFault: Fault = {
  path: 'kubernetes:context',
  seen: '(not set)',
  message: 'this option is needed: the context in the kubeconfig, so that the stack can meet no other cluster (kubectl config get-contexts)',
}

/** `getObject` fails on a plain word, which is a legitimate value of a string option. */
function readKey(source: pulumi.Config, key: string): unknown {
  const text = source.get(key)
  if (text === undefined) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

export function unknownKeys(known: string[]): Fault[] {
  return Object.keys(pulumi.runtime.allConfig())
    .filter((key) => key.startsWith('annex:') && !known.includes(key.slice('annex:'.length)))
    .map((key) => ({ path: key, seen: '(set)', message: `there is no such option; there are: ${known.join(', ')}` }))
}

function namedFiles(config: Config): { path: string; file: string }[] {
  return [
    { path: 'annex:knownHosts', file: config.knownHosts },
    { path: 'annex:packages.kubernetes.keyFile', file: config.packages.kubernetes.keyFile },
    { path: 'annex:packages.containerd.keyFile', file: config.packages.containerd.keyFile },
    ...config.registries.flatMap((it, i) => (it.caFile ? [{ path: `annex:registries[${i}].caFile`, file: it.caFile }] : [])),
  ]
}

function fileFaults(config: Config): Fault[] {
  const missing = namedFiles(config).filter(({ file }) => !existsSync(file))
    .map(({ path, file }) => ({ path, seen: JSON.stringify(file), message: 'there is no such file: create it, or name the right one (paths start at the project)' }))
  if (!existsSync(config.knownHosts)) return missing
  const keys = endpoints(config).filter(({ host, port }) => hostKey(config.knownHosts, host, port) === undefined)
    .map(({ path, host, port }) => ({
      path,
      seen: JSON.stringify(`${host}:${port}`),
      message: `annex:knownHosts = ${config.knownHosts} has no key for it: ask the provider for the host's fingerprint, then add the line that "ssh-keyscan -p ${port} ${host}" prints`,
    }))
  return [...missing, ...keys]
}

interface Endpoint { path: string; name: string; host: string; port: number; user: string }

function endpoints(config: Config): Endpoint[] {
  const all = [
    ...config.tunnel.gateways.map((it, i) => ({ it, path: `annex:tunnel.gateways[${i}]` })),
    ...config.workers.map((it, i) => ({ it, path: `annex:workers[${i}]` })),
  ]
  return all.flatMap(({ it, path }) => [
    { path: `${path}.ssh`, name: it.name, host: it.ssh.host ?? it.address, port: it.ssh.port, user: it.ssh.user },
    ...(it.ssh.jump ? [{ path: `${path}.ssh.jump`, name: `${it.name} jump`, ...it.ssh.jump }] : []),
  ])
}

function withFiles(config: Config): Omit<Settings, 'context' | 'stack' | 'stacked'> {
  const named = endpoints(config)
  const connection = ({ host, port, user }: Endpoint): Connection => ({ host, port, user, hostKey: hostKey(config.knownHosts, host, port)! })
  const connections = Object.fromEntries([...config.tunnel.gateways, ...config.workers].map(({ name }) => {
    const own = named.find((it) => it.name === name)!
    const jump = named.find((it) => it.name === `${name} jump`)
    return [name, jump ? { ...connection(own), jump: connection(jump) } : connection(own)]
  }))
  const files = Object.fromEntries(namedFiles(config).map(({ file }) => [file, readFileSync(file, 'utf8')]))
  return { ...config, connections, files }
}

/** The key of a host in a known_hosts file, as "type base64"; OpenSSH itself reads the file, hashed names included. */
function hostKey(file: string, host: string, port: number): string | undefined {
  try {
    const found = execFileSync('ssh-keygen', ['-F', port === 22 ? host : `[${host}]:${port}`, '-f', file], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    const lines = found.split('\n').filter((line) => line !== '' && !line.startsWith('#')).map((line) => line.split(/\s+/))
    // An RSA key is not used where there is any other.
    const preferred = lines.find(([, type]) => type === 'ssh-ed25519') ?? lines.find(([, type]) => type !== 'ssh-rsa') ?? lines[0]
    return preferred && `${preferred[1]} ${preferred[2]}`
  } catch {
    return undefined
  }
}

