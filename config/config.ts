/** The only place that reads the platform's `pulumi.Config`. */
import { existsSync, readFileSync } from 'node:fs'
import * as pulumi from '@pulumi/pulumi'
import type { Connection } from '../host/engine.ts'
import { describe, type Fault, stackNameFaults } from './check.ts'
import { checkEnvironment, type StackedTenant } from './check-stacked.ts'
import { type Endpoint, endpoints, fileFaults, namedFiles, readText } from './files.ts'
import { knownKey } from './known-hosts.ts'
import { type Config, type RawConfig, schema } from './schema.ts'
import { connectionFaults } from './stack-options.ts'
import { readTenants } from './stacked-tenants.ts'

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
  const checked = checkEnvironment(raw, readTenants(existsSync(tenantsFile) ? readFileSync(tenantsFile, 'utf8') : '', tenantsFile))
  const context = new pulumi.Config('kubernetes').get('context')
  const faults = [...stackNameFaults(stack), ...unknown, ...checked.faults, ...contextFaults(context), ...connectionFaults(pulumi.runtime.allConfig()), ...fileFaults(raw as RawConfig)]
  if (checked.config === undefined || !context || faults.length > 0) throw new pulumi.RunError(describe(faults, `Pulumi.${stack}.yaml`))
  return { ...withFiles(checked.config), context, stack, stacked: checked.stacked }
}

export function contextFaults(context: string | undefined): Fault[] {
  return context ? [] : [{ path: 'kubernetes:context', seen: '(not set)', message: 'this option is needed: the context in the kubeconfig, so that the stack can meet no other cluster (kubectl config get-contexts)' }]
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

function withFiles(config: Config): Omit<Settings, 'context' | 'stack' | 'stacked'> {
  const connection = ({ host, port, user }: Endpoint): Connection => ({ host, port, user, hostKey: knownKey(config.knownHosts, host, port).key! })
  const connections = Object.fromEntries(endpoints(config).map((it) => [it.name, it.jump ? { ...connection(it), jump: connection(it.jump) } : connection(it)]))
  const files = Object.fromEntries(namedFiles(config).map(({ file }) => [file, readText(file)]))
  return { ...config, connections, files }
}
