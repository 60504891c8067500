/**
 * Which cluster to talk to and as whom: the part of a kubeconfig that a lab needs.
 * (@kubernetes/client-node would read it too, but loads every API type: 0.6 s at each start of the provider.)
 */
import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { parse } from 'yaml'

export interface Cluster {
  server: string
  /** PEM. */
  ca?: string
  skipTlsVerify?: boolean
  tlsServerName?: string
}

export interface Login {
  /** PEM. */
  certificate?: string
  key?: string
  token?: string
  username?: string
  password?: string
}

export interface Kubeconfig {
  cluster: Cluster
  login: Login
  /** The context's namespace, or `default`. */
  namespace: string
}

export interface Overrides {
  context?: string
  cluster?: string
  namespace?: string
}

interface Entry<T> {
  name: string
  value: T
  /** Folder that relative paths in the entry are meant from. */
  folder: string
}
interface Parsed {
  currentContext?: string
  clusters: Entry<RawCluster>[]
  users: Entry<RawUser>[]
  contexts: Entry<{ cluster?: string; user?: string; namespace?: string }>[]
}
interface RawCluster {
  server?: string
  'certificate-authority'?: string
  'certificate-authority-data'?: string
  'insecure-skip-tls-verify'?: boolean
  'tls-server-name'?: string
  'proxy-url'?: string
}
interface RawUser {
  'client-certificate'?: string
  'client-certificate-data'?: string
  'client-key'?: string
  'client-key-data'?: string
  token?: string
  tokenFile?: string
  username?: string
  password?: string
  exec?: object
  'auth-provider'?: object
}

/** The provider's `kubeconfig` is neither a file nor YAML. */
export class UnreadableKubeconfig extends Error {}

/**
 * @param pathOrContents the provider's `kubeconfig`; empty means the files of KUBECONFIG, or ~/.kube/config
 * @throws UnreadableKubeconfig; Error with what is missing in it, or what the stand-in does not cover
 */
export function loadKubeconfig(pathOrContents: string, overrides: Overrides): Kubeconfig {
  const config = pathOrContents ? read(pathOrContents) : ambient()
  const contextName = overrides.context || config.currentContext
  const context = contextName ? find('context', config.contexts, contextName).value : {}
  const clusterName = overrides.cluster || context.cluster
  if (!clusterName) throw new Error('invalid configuration: no configuration has been provided, try setting KUBECONFIG')
  const cluster = find('cluster', config.clusters, clusterName)
  const user = context.user ? find('auth info', config.users, context.user) : undefined
  return {
    cluster: readCluster(cluster),
    login: user ? readUser(user) : {},
    namespace: overrides.namespace || context.namespace || 'default',
  }
}

/** The cluster that a provider's configuration points at, to compare two of them; undefined when it names none. */
export function activeCluster(pathOrContents: string, overrides: Overrides): object | undefined {
  if (!pathOrContents) return undefined
  const config = read(pathOrContents)
  const context = config.contexts.find(({ name }) => name === (overrides.context || config.currentContext))
  const wanted = overrides.cluster || context?.value.cluster
  return context && config.clusters.find(({ name }) => name === wanted)?.value
}

function ambient(): Parsed {
  const files = process.env.KUBECONFIG?.split(':').filter(Boolean) ?? [join(homedir(), '.kube', 'config')]
  const parsed = files.filter((file) => existsSync(file)).map((file) => parseText(readFileSync(file, 'utf8'), dirname(resolve(file))))
  // The first file that says something wins, as kubectl has it.
  return {
    currentContext: parsed.find(({ currentContext }) => currentContext)?.currentContext,
    clusters: parsed.flatMap(({ clusters }) => clusters),
    users: parsed.flatMap(({ users }) => users),
    contexts: parsed.flatMap(({ contexts }) => contexts),
  }
}

function read(pathOrContents: string): Parsed {
  const path = pathOrContents === '~' || pathOrContents.startsWith('~/') ? join(homedir(), pathOrContents.slice(1)) : pathOrContents
  const isFile = !path.includes('\n') && existsSync(path)
  try {
    return isFile ? parseText(readFileSync(path, 'utf8'), dirname(resolve(path))) : parseText(pathOrContents, process.cwd())
  } catch (error) {
    throw new UnreadableKubeconfig((error as Error).message)
  }
}

function parseText(text: string, folder: string): Parsed {
  const raw = parse(text)
  if (typeof raw !== 'object' || raw === null) throw new Error("couldn't get version/kind; json parse error: the kubeconfig is neither a path nor YAML")
  const entries = <T>(list: { name: string }[] | undefined, key: string): Entry<T>[] =>
    (list ?? []).map((item) => ({ name: item.name, value: ((item as unknown as { [key: string]: T })[key] ?? {}) as T, folder }))
  return {
    currentContext: raw['current-context'] || undefined,
    clusters: entries(raw.clusters, 'cluster'),
    users: entries(raw.users, 'user'),
    contexts: entries(raw.contexts, 'context'),
  }
}

function find<T>(what: string, entries: Entry<T>[], name: string): Entry<T> {
  const entry = entries.find((candidate) => candidate.name === name)
  if (!entry) throw new Error(`${what} "${name}" does not exist`)
  return entry
}

function readCluster({ name, value, folder }: Entry<RawCluster>): Cluster {
  if (!value.server) throw new Error(`cluster "${name}" has no server defined`)
  if (value['proxy-url']) throw new Error(`the lab's stand-in for pulumi-resource-kubernetes does not cover proxy-url (cluster "${name}")`)
  return {
    server: value.server.replace(/\/$/, ''),
    ca: decoded(value['certificate-authority-data']) ?? file(folder, value['certificate-authority']),
    skipTlsVerify: value['insecure-skip-tls-verify'],
    tlsServerName: value['tls-server-name'],
  }
}

function readUser({ name, value, folder }: Entry<RawUser>): Login {
  for (const way of ['exec', 'auth-provider'] as const) {
    if (value[way]) throw new Error(`the lab's stand-in for pulumi-resource-kubernetes does not cover ${way} (user "${name}"): use a client certificate or a token`)
  }
  return {
    certificate: decoded(value['client-certificate-data']) ?? file(folder, value['client-certificate']),
    key: decoded(value['client-key-data']) ?? file(folder, value['client-key']),
    token: value.token ?? file(folder, value.tokenFile)?.trim(),
    username: value.username,
    password: value.password,
  }
}

function decoded(data: string | undefined): string | undefined {
  return data ? Buffer.from(data, 'base64').toString('utf8') : undefined
}

function file(folder: string, path: string | undefined): string | undefined {
  return path ? readFileSync(resolve(folder, path), 'utf8') : undefined
}
