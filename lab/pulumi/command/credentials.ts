/**
 * What a connection logs in with, and the host key it expects.
 */
import { connect } from 'node:net'
import ssh2, { type AnyAuthMethod, type AuthenticationType } from 'ssh2'
import { PluginError } from '../plugin/serve.ts'
import type { Endpoint } from './dial.ts'

export interface Credentials {
  hostKey: { type: string; blob: Buffer } | undefined
  /** A login for one handshake; adds the methods it tries to `tried`. */
  handler(tried: string[]): Handler
}
type Handler = (left: AuthenticationType[] | null, partial: boolean | null, next: (method: AnyAuthMethod | false) => void) => void

/**
 * Reads keys and looks for the agent before the host is dialled.
 * @throws PluginError for a key that cannot be read and for an agent that does not answer
 */
export async function credentials(endpoint: Endpoint): Promise<Credentials> {
  const methods = privateMethods(endpoint)
  const agent = endpoint.agentSocketPath ?? process.env.SSH_AUTH_SOCK
  if (agent) {
    await reachable(agent)
    methods.push({ type: 'agent', username: endpoint.user, agent })
  }
  return { hostKey: endpoint.hostKey === undefined ? undefined : parseHostKey(endpoint.hostKey), handler: login }

  /** "none" first, to hear what the server takes; then each kind once, so an agent is asked only without a private key. */
  function login(tried: string[]): Handler {
    return (left, _partial, next) => {
      if (left === null) {
        tried.push('none')
        return next({ type: 'none', username: endpoint.user })
      }
      const method = methods.find((candidate) => left.includes(wireName(candidate)) && !tried.includes(wireName(candidate)))
      if (!method) return next(false)
      tried.push(wireName(method))
      return next(method)
    }
  }
}

function wireName({ type }: AnyAuthMethod): AuthenticationType {
  return type === 'agent' ? 'publickey' : (type as AuthenticationType)
}

function privateMethods({ user: username, privateKey, privateKeyPassword, password }: Endpoint): AnyAuthMethod[] {
  const methods: AnyAuthMethod[] = []
  if (privateKey !== undefined) {
    const key = ssh2.utils.parseKey(privateKey, privateKeyPassword)
    if (key instanceof Error) throw new PluginError(keyError(privateKey, key))
    methods.push({ type: 'publickey', username, key: privateKey, passphrase: privateKeyPassword })
  }
  if (password !== undefined) {
    methods.push({ type: 'password', username, password })
    methods.push({
      type: 'keyboard-interactive',
      username,
      prompt: (_name, _instructions, _language, prompts, answer) => answer(prompts.map(() => password)),
    })
  }
  return methods
}

function keyError(privateKey: string, error: Error): string {
  if (!privateKey.includes('-----BEGIN')) return 'ssh: no key found'
  return /encrypted/i.test(error.message) ? 'ssh: this private key is passphrase protected' : `ssh: ${error.message}`
}

function parseHostKey(line: string): { type: string; blob: Buffer } {
  const [type = '', encoded = ''] = line.trim().split(/\s+/)
  const unreadable = (reason: string) =>
    new PluginError(`failed to parse host key: ssh: no key found${reason && `; last parsing error for ignored line: ${reason}`}`)
  if (!encoded) throw unreadable('')
  // Buffer takes anything for base64; a key that was cut must not pass.
  const valid = encoded.match(/^[A-Za-z0-9+/]*={0,2}/)![0].length
  if (valid < encoded.length) throw unreadable(`illegal base64 data at input byte ${valid}`)
  if (encoded.length % 4 !== 0) throw unreadable(`illegal base64 data at input byte ${encoded.length - (encoded.length % 4)}`)
  const blob = Buffer.from(encoded, 'base64')
  if (ssh2.utils.parseKey(line) instanceof Error) throw unreadable('ssh: short read')
  return { type, blob }
}

function reachable(agent: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(agent)
    socket.once('connect', () => {
      socket.destroy()
      resolve()
    })
    socket.once('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'ENOENT' ? 'no such file or directory' : error.code === 'ECONNREFUSED' ? 'connection refused' : error.message
      reject(new PluginError(`dial unix ${agent}: connect: ${reason}`))
    })
  })
}
