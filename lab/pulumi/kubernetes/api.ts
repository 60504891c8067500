/**
 * The Kubernetes API over HTTPS: discovery, reads, writes and watches of any kind of object.
 */
import { request as httpRequest, Agent as HttpAgent, type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as httpsRequest, Agent as HttpsAgent } from 'node:https'
import { once } from 'node:events'
import type { Kubeconfig } from './kubeconfig.ts'
import type { KubernetesObject } from './objects.ts'

export interface ApiResource {
  /** `apps/v1`, or `v1` of the core group. */
  apiVersion: string
  kind: string
  plural: string
  namespaced: boolean
}

export interface WriteOptions {
  dryRun?: boolean
  fieldManager?: string
  force?: boolean
}

export type WatchEvent = { type: 'ADDED' | 'MODIFIED' | 'DELETED'; object: KubernetesObject }

/** What the API server answered instead of an object. */
export class ApiError extends Error {
  readonly status: number
  readonly reason: string
  readonly details: { kind?: string; name?: string; causes?: { reason: string; field: string }[] }

  constructor(status: number, body: { message?: string; reason?: string; details?: ApiError['details'] }) {
    super(body.message ?? `the server answered ${status}`)
    this.status = status
    this.reason = body.reason ?? ''
    this.details = body.details ?? {}
  }
}

/** The API server has no such kind. */
export class NoMatchError extends Error {
  constructor(apiVersion: string, kind: string) {
    super(`no matches for kind "${kind}" in version "${apiVersion}"`)
  }
}

export class Api {
  readonly #config: Kubeconfig
  readonly #agent: HttpAgent
  #resources = new Map<string, ApiResource>()

  constructor(config: Kubeconfig) {
    this.#config = config
    const { cluster, login } = config
    // Each watch holds a connection, so their number must have no limit.
    const keepAlive = { keepAlive: true, keepAliveMsecs: 30_000 }
    this.#agent = cluster.server.startsWith('https:')
      ? new HttpsAgent({
          ...keepAlive,
          ca: cluster.ca,
          cert: login.certificate,
          key: login.key,
          rejectUnauthorized: !cluster.skipTlsVerify,
          ...(cluster.tlsServerName && { servername: cluster.tlsServerName }),
        })
      : new HttpAgent(keepAlive)
  }

  /** Asks for all kinds that the server has. @throws when it cannot be reached or refuses */
  async discover(): Promise<void> {
    const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'
    const lists = await Promise.all(['/api', '/apis'].map((path) => this.#json('GET', path, { accept })))
    this.#resources = new Map(lists.flatMap(readDiscovery).map((resource) => [`${resource.apiVersion}/${resource.kind}`, resource]))
  }

  find(apiVersion: string, kind: string): ApiResource | undefined {
    return this.#resources.get(`${apiVersion}/${kind}`)
  }

  get({ apiVersion, kind, metadata }: KubernetesObject): Promise<KubernetesObject> {
    return this.#json('GET', this.#path(apiVersion!, kind!, metadata?.namespace, metadata!.name))
  }

  async list(apiVersion: string, kind: string, namespace: string | undefined): Promise<{ items: KubernetesObject[]; resourceVersion: string }> {
    const list = await this.#json('GET', this.#path(apiVersion, kind, namespace))
    const items = ((list.items ?? []) as KubernetesObject[]).map((item) => ({ apiVersion, kind, ...item }))
    return { items, resourceVersion: list.metadata?.resourceVersion ?? '' }
  }

  create(object: KubernetesObject, options: WriteOptions): Promise<KubernetesObject> {
    const path = this.#path(object.apiVersion!, object.kind!, object.metadata?.namespace)
    return this.#json('POST', path + query(options), { body: JSON.stringify(object) })
  }

  /** Server-side apply. */
  apply(object: KubernetesObject, options: WriteOptions): Promise<KubernetesObject> {
    return this.#patch(object, 'application/apply-patch+yaml', JSON.stringify(object), { force: false, ...options })
  }

  jsonPatch(object: KubernetesObject, operations: object[]): Promise<KubernetesObject> {
    return this.#patch(object, 'application/json-patch+json', JSON.stringify(operations), {})
  }

  replace(object: KubernetesObject, options: WriteOptions): Promise<KubernetesObject> {
    const path = this.#path(object.apiVersion!, object.kind!, object.metadata?.namespace, object.metadata!.name)
    return this.#json('PUT', path + query(options), { body: JSON.stringify(object) })
  }

  delete({ apiVersion, kind, metadata }: KubernetesObject, propagationPolicy: string): Promise<KubernetesObject> {
    const path = this.#path(apiVersion!, kind!, metadata?.namespace, metadata!.name)
    return this.#json('DELETE', path, { body: JSON.stringify({ kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy }) })
  }

  /** Events after `resourceVersion`, until the server ends the watch or `signal` is raised. */
  async *watch(apiVersion: string, kind: string, namespace: string | undefined, resourceVersion: string, signal: AbortSignal): AsyncGenerator<WatchEvent> {
    const path = this.#path(apiVersion, kind, namespace)
    const response = await this.#send('GET', `${path}?watch=true&allowWatchBookmarks=true&resourceVersion=${resourceVersion}`, { signal, silence: BOOKMARKS })
    if (response.statusCode !== 200) throw await apiError(response)
    try {
      for await (const line of lines(response)) {
        const event = JSON.parse(line)
        if (event.type === 'ERROR') throw new ApiError(event.object.code, event.object)
        if (event.type !== 'BOOKMARK') yield event
      }
    } finally {
      response.destroy()
    }
  }

  close(): void {
    this.#agent.destroy()
  }

  #patch(object: KubernetesObject, contentType: string, body: string, options: WriteOptions): Promise<KubernetesObject> {
    const path = this.#path(object.apiVersion!, object.kind!, object.metadata?.namespace, object.metadata!.name)
    return this.#json('PATCH', path + query(options), { body, contentType })
  }

  #path(apiVersion: string, kind: string, namespace: string | undefined, name?: string): string {
    const resource = this.find(apiVersion, kind)
    if (!resource) throw new NoMatchError(apiVersion, kind)
    const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
    const scope = resource.namespaced ? `/namespaces/${encodeURIComponent(namespace || 'default')}` : ''
    return `${root}${scope}/${resource.plural}${name === undefined ? '' : `/${encodeURIComponent(name)}`}`
  }

  async #json(method: string, path: string, options: { body?: string; contentType?: string; accept?: string } = {}): Promise<any> {
    for (let tries = 0; ; tries++) {
      const response = await this.#send(method, path, { ...options, silence: ANSWER })
      const wait = Number(response.headers['retry-after'])
      // The server asks for patience (too many requests, starting up); client-go gives it ten times too.
      if (wait >= 0 && tries < 10 && (response.statusCode === 429 || response.statusCode! >= 500)) {
        response.resume()
        await new Promise((resolve) => setTimeout(resolve, wait * 1000))
        continue
      }
      if (response.statusCode! >= 300) throw await apiError(response)
      return JSON.parse(await text(response))
    }
  }

  async #send(
    method: string,
    path: string,
    { body, contentType = 'application/json', accept = 'application/json', signal, silence }: RequestDetails,
  ): Promise<IncomingMessage> {
    const { cluster, login } = this.#config
    const url = new URL(cluster.server + path)
    const basic = login.username && `Basic ${Buffer.from(`${login.username}:${login.password ?? ''}`).toString('base64')}`
    const authorization = login.token ? `Bearer ${login.token}` : basic
    const options: RequestOptions = {
      method,
      agent: this.#agent,
      signal,
      headers: {
        accept,
        'user-agent': 'pulumi-kubernetes',
        ...(authorization && { authorization }),
        ...(body !== undefined && { 'content-type': contentType, 'content-length': Buffer.byteLength(body) }),
      },
    }
    const send = (): Promise<[IncomingMessage]> => {
      const request = url.protocol === 'https:' ? httpsRequest(url, options) : httpRequest(url, options)
      limit(request, silence)
      request.end(body)
      const answered = once(request, 'response') as Promise<[IncomingMessage]>
      return answered.catch((error: NodeJS.ErrnoException) => {
        // A kept connection that the server closed in this moment: nothing was sent on it.
        if (request.reusedSocket && error.code === 'ECONNRESET') return send()
        throw signal?.aborted ? error : new Error(`${title(method)} "${cluster.server}${path}": ${reason(error, url)}`)
      })
    }
    return (await send())[0]
  }
}

interface RequestDetails {
  body?: string
  contentType?: string
  accept?: string
  signal?: AbortSignal
  /** Milliseconds without a byte after which the connection counts as lost. */
  silence: number
}

/** Milliseconds: for a connection, for an answer, and for a watch, in which the server says something every minute. */
const CONNECT = 30_000
const ANSWER = 60_000
const BOOKMARKS = 150_000

/** A connection that is cut without a word must not be waited for until the kernel notices. */
function limit(request: ClientRequest, silence: number): void {
  request.once('socket', (socket) => {
    const give = (reason: string) => () => request.destroy(Object.assign(new Error(reason), { code: 'ETIMEDOUT' }))
    if (socket.connecting) {
      const timer = setTimeout(give('i/o timeout'), CONNECT)
      socket.once('close', () => clearTimeout(timer)).once('connect', () => clearTimeout(timer))
    }
    const lost = give('client connection lost')
    socket.setTimeout(silence, lost)
    // The connection goes back to the others without this request's limit.
    request.once('close', () => socket.removeListener('timeout', lost))
  })
}

function query({ dryRun, fieldManager, force }: WriteOptions): string {
  const parameters = new URLSearchParams()
  if (dryRun) parameters.set('dryRun', 'All')
  if (fieldManager) parameters.set('fieldManager', fieldManager)
  if (force !== undefined) parameters.set('force', String(force))
  return parameters.size ? `?${parameters}` : ''
}

async function text(response: IncomingMessage): Promise<string> {
  response.setEncoding('utf8')
  let body = ''
  for await (const chunk of response) body += chunk
  return body
}

/** Unlike readline's, this ends with an error when the stream does. */
async function* lines(response: IncomingMessage): AsyncGenerator<string> {
  response.setEncoding('utf8')
  let rest = ''
  for await (const chunk of response) {
    const parts = (rest + chunk).split('\n')
    rest = parts.pop()!
    yield* parts
  }
}

async function apiError(response: IncomingMessage): Promise<ApiError> {
  const body = await text(response)
  try {
    return new ApiError(response.statusCode!, JSON.parse(body))
  } catch {
    return new ApiError(response.statusCode!, { message: body })
  }
}

/** The same words as Go's HTTP client. */
function reason(error: NodeJS.ErrnoException, url: URL): string {
  const { hostname, port, protocol } = url
  const target = `dial tcp ${hostname}:${port || (protocol === 'https:' ? 443 : 80)}`
  if (error.code === 'ECONNREFUSED') return `${target}: connect: connection refused`
  if (error.code === 'EHOSTUNREACH') return `${target}: connect: no route to host`
  if (error.code === 'ENETUNREACH') return `${target}: connect: network is unreachable`
  if (error.code === 'ETIMEDOUT') return `${target}: i/o timeout`
  if (error.code === 'ENOTFOUND') return `dial tcp: lookup ${hostname}: no such host`
  if (error.code === 'ECONNRESET') return 'EOF'
  return error.message
}

function title(method: string): string {
  return method[0] + method.slice(1).toLowerCase()
}

function readDiscovery(list: any): ApiResource[] {
  if (list.kind !== 'APIGroupDiscoveryList') throw new Error('the lab\'s stand-in for pulumi-resource-kubernetes needs an API server with aggregated discovery (Kubernetes 1.30 or newer)')
  return list.items.flatMap((group: any) =>
    group.versions.flatMap(({ version, resources }: any) =>
      (resources ?? [])
        .filter(({ responseKind }: any) => responseKind)
        .map(({ resource, responseKind, scope }: any) => ({
          apiVersion: group.metadata?.name ? `${group.metadata.name}/${version}` : version,
          kind: responseKind.kind,
          plural: resource,
          namespaced: scope === 'Namespaced',
        })),
    ),
  )
}
