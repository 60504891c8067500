/**
 * Makes an SSH connection, directly or through a jump host, with as many tries as the connection allows.
 * Messages are worded like those of Go's SSH library, which the official plugin uses.
 */
import { connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import grpc from '@grpc/grpc-js'
import ssh2, { type Client } from 'ssh2'
import { PluginError } from '../plugin/serve.ts'
import { credentials, type Credentials } from './credentials.ts'
import type { Tell } from './output.ts'

export interface Endpoint {
  host: string
  port: number
  user: string
  password?: string
  privateKey?: string
  privateKeyPassword?: string
  /** By default SSH_AUTH_SOCK. */
  agentSocketPath?: string
  /** How many dials may fail before giving up; -1 for any number. */
  dialErrorLimit: number
  /** Seconds for the TCP connection; 0 for no limit. */
  perDialTimeout: number
  /** A line as in known_hosts without the host; any key is taken when it is absent. */
  hostKey?: string
}
export interface Connection extends Endpoint {
  proxy?: Endpoint
}

/** @throws PluginError `after <n> failed attempts: ...` */
export async function dial(connection: Connection, tell: Tell): Promise<Client> {
  const { proxy } = connection
  const login = await credentials(connection)
  if (!proxy) return retry('Dial', connection.dialErrorLimit, tell, async () => handshake(await tcp(connection), connection, login))

  const viaProxy = (error: unknown): never => {
    throw new PluginError(`proxy: ${(error as Error).message}`, error instanceof PluginError ? error.code : grpc.status.UNKNOWN)
  }
  const proxyLogin = await credentials(proxy).catch(viaProxy)
  const jump = await retry('Dial proxy', proxy.dialErrorLimit, tell, async () => handshake(await tcp(proxy), proxy, proxyLogin)).catch(viaProxy)
  try {
    const stream = await retry('Dial from proxy', connection.dialErrorLimit, tell, () => forward(jump, connection)).catch(viaProxy)
    const client = await retry('Dial', connection.dialErrorLimit, tell, () => handshake(stream, connection, login)).catch(viaProxy)
    client.once('close', () => jump.end())
    return client
  } catch (error) {
    jump.end()
    throw error
  }
}

async function retry<T>(what: string, limit: number, tell: Tell, attempt: () => Promise<T>): Promise<T> {
  let pause = 100
  for (let tries = 0; ; tries++) {
    try {
      return await attempt()
    } catch (error) {
      const { message, code } = error as PluginError
      if (limit > -1 && tries + 1 > limit) throw new PluginError(`after ${tries} failed attempts: ${message}`, code)
      tell.status(`${what} ${tries + 1}/${limit === -1 ? 'inf' : limit} failed: retrying`)
    }
    await delay(pause, undefined, { signal: tell.cancelled }).catch(() => {
      throw new PluginError('context canceled', grpc.status.CANCELLED)
    })
    pause = Math.min(pause * 1.5, 5000)
  }
}

/**
 * Milliseconds of silence after which the kernel begins to ask whether the peer is there; Node has it ask every second, ten times. A dead
 * host is noticed after 150 s so, as with Go's defaults (net.KeepAliveConfig: 15 s, then every 15 s, nine times).
 */
const SILENCE = 140_000

function tcp({ host, port, perDialTimeout }: Endpoint): Promise<Socket> {
  return new Promise((resolve, reject) => {
    // Without delay as Go's connections are, or the kernel holds small packets back.
    const socket = connect({ host, port, autoSelectFamily: true, noDelay: true, keepAlive: true, keepAliveInitialDelay: SILENCE })
    const target = `dial tcp ${host.includes(':') ? `[${host}]` : host}:${port}`
    if (perDialTimeout > 0) {
      socket.setTimeout(perDialTimeout * 1000, () => {
        socket.destroy()
        reject(new PluginError(`${target}: i/o timeout`, grpc.status.DEADLINE_EXCEEDED))
      })
    }
    socket.once('error', (error: NodeJS.ErrnoException) => reject(tcpError(error, host, target)))
    socket.once('connect', () => {
      socket.setTimeout(0)
      socket.removeAllListeners('error')
      resolve(socket)
    })
  })
}

function tcpError(error: NodeJS.ErrnoException, host: string, target: string): PluginError {
  if (error.code === 'ENOTFOUND') return new PluginError(`dial tcp: lookup ${host}: no such host`)
  const reasons: { [code: string]: string } = {
    ECONNREFUSED: 'connection refused',
    EHOSTUNREACH: 'no route to host',
    ENETUNREACH: 'network is unreachable',
    ETIMEDOUT: 'connection timed out',
  }
  return new PluginError(`${target}: connect: ${reasons[error.code ?? ''] ?? error.message}`)
}

function forward(jump: Client, { host, port }: Endpoint): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    jump.forwardOut('127.0.0.1', 0, host, port, (error, stream) => {
      if (error) reject(new PluginError(`ssh: rejected: ${error.message.replace(/^\(SSH\) Channel open failure: /, '')}`))
      else resolve(stream)
    })
  })
}

/** One SSH handshake and login over a stream that is open. */
function handshake(stream: Socket | Duplex, endpoint: Endpoint, login: Credentials): Promise<Client> {
  return new Promise((resolve, reject) => {
    const client = new ssh2.Client()
    const tried: string[] = []
    const fail = (reason: string) => {
      client.destroy()
      reject(new PluginError(`ssh: handshake failed: ${reason}`))
    }
    client.once('ready', () => {
      client.removeAllListeners('error')
      // A connection that breaks later ends the channel, which is where it is reported.
      client.on('error', () => {})
      resolve(client)
    })
    client.once('error', (error: Error & { level?: string }) => {
      if (error.level === 'client-authentication') {
        fail(`ssh: unable to authenticate, attempted methods [${tried.join(' ')}], no supported methods remain`)
      } else if (error.message.includes('Host denied') || error.message.includes('Host key verification')) fail('ssh: host key mismatch')
      else if (/ECONNRESET/.test(error.message)) fail('read: connection reset by peer')
      else fail(error.message)
    })
    client.once('close', () => fail('EOF'))
    client.connect({
      sock: stream as Socket,
      username: endpoint.user,
      // Only the TCP connection is timed, as in the official plugin.
      readyTimeout: 0,
      // The types know only half of the methods that ssh2 takes.
      authHandler: login.handler(tried) as never,
      ...(login.hostKey && {
        hostVerifier: (key: Buffer) => key.equals(login.hostKey!.blob),
        algorithms: { serverHostKey: [login.hostKey.type as 'ssh-ed25519'] },
      }),
    })
  })
}
