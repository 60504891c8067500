/** One command over one SSH session: strict host key, agent only, errors that say what was seen. */
import { createHash } from 'node:crypto'
import type { Duplex } from 'node:stream'
import { finished } from 'node:stream/promises'
import ssh2, { type Client as SshClient, type ConnectConfig } from 'ssh2'
import type { Connection } from './connection.ts'
import { AuthenticationFailed, HostFailure, HostKeyMismatch, Unreachable } from './errors.ts'

const { Client, createAgent, utils } = ssh2

/** Milliseconds until a host that does not answer counts as unreachable. */
const connectTimeout = 10_000

export interface Ran {
  /** Undefined when a signal or a lost connection ended the command. */
  code: number | undefined
  stdout: string
  stderr: string
}

/**
 * @param progress gets what the command writes to its standard error, as it comes
 * @throws Unreachable, HostKeyMismatch or AuthenticationFailed.
 */
export async function runOverSsh(connection: Connection, command: string, input: string, progress: (text: string) => void = () => {}): Promise<Ran> {
  const clients: SshClient[] = []
  try {
    const { jump, ...target } = connection
    let through: Duplex | undefined
    if (jump !== undefined) {
      const gate = await connect(jump)
      clients.push(gate)
      through = await forward(gate, jump, target)
    }
    const client = await connect(target, through)
    clients.push(client)
    return await run(client, target, command, input, progress)
  } finally {
    for (const client of clients.reverse()) client.end()
  }
}

async function connect(connection: Connection, sock?: Duplex): Promise<SshClient> {
  const agent = process.env['SSH_AUTH_SOCK']
  if (agent === undefined || agent === '') {
    throw new AuthenticationFailed(connection, 'SSH_AUTH_SOCK is not set, and annex logs in by an SSH agent only', 'start one and add the key: eval $(ssh-agent) && ssh-add')
  }
  const offered = await agentKeys(connection, agent)
  const client = new Client()
  let seenKey: Buffer | undefined
  const config: ConnectConfig = {
    host: connection.host, port: connection.port, username: connection.user, agent, sock,
    readyTimeout: connectTimeout, timeout: connectTimeout, keepaliveInterval: 15_000,
    algorithms: { serverHostKey: [keyType(connection) as 'ssh-ed25519'] },
    hostVerifier: (key: Buffer) => {
      seenKey = key
      return key.equals(wantedKey(connection))
    },
  }
  return await new Promise((resolve, reject) => {
    client.once('ready', () => resolve(client))
    // Not once: a host may hang up after the first. A connection lost later shows as the command's missing exit code.
    client.on('error', (error: Error & { level?: string }) => reject(connectFailure(connection, error, seenKey, offered)))
    // The kernel would hold each small packet of the handshake back until the one before is acknowledged, 40 ms later.
    client.connect(config).setNoDelay()
  })
}

function connectFailure(connection: Connection, error: Error & { level?: string }, seenKey: Buffer | undefined, offered: string[]): HostFailure {
  if (seenKey !== undefined && !seenKey.equals(wantedKey(connection))) {
    return new HostKeyMismatch(connection, `its host key is ${fingerprint(seenKey)}, but the known one is ${fingerprint(wantedKey(connection))}`,
      'compare with the host\'s console (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub); if the host was installed anew, replace its line in the file of annex:knownHosts, else somebody is in between')
  }
  if (/no matching host key/i.test(error.message)) {
    return new HostKeyMismatch(connection, `it has no host key of the type ${keyType(connection)}, which the known one has (${fingerprint(wantedKey(connection))})`,
      'put a key that the host has into the file of annex:knownHosts (ssh-keyscan shows them; compare with the host\'s console)')
  }
  if (/no matching/i.test(error.message)) {
    return new HostFailure(connection, `answers, but has no algorithm in common with annex: ${error.message}`, 'let its sshd offer a current one as well (KexAlgorithms, Ciphers and MACs in sshd_config)')
  }
  // sshd's MaxAuthTries, 6 where nobody changed it.
  if (/too many authentication failures/i.test(error.message)) {
    return new AuthenticationFailed(connection, `it ended the login before the right key came: the agent offers ${offered.length}, ${offered.join(', ')}`,
      'let the agent hold fewer: ssh-add -D, then ssh-add FILE with the key of the hosts alone')
  }
  if (error.level === 'client-authentication') {
    return new AuthenticationFailed(connection, `it accepts none of the agent's keys for user ${connection.user}: ${offered.length === 0 ? 'the agent is empty' : offered.join(', ')}`,
      `add the right key to the agent (ssh-add), or one of these to the user's authorized_keys on the host; if it is there already, sshd keeps this user out (PermitRootLogin, AllowUsers): set another ssh.user`)
  }
  return new Unreachable(connection, `cannot be reached within ${connectTimeout / 1000} s: ${error.message}`,
    'see that the host runs, that address and port are right, and that a firewall lets SSH through')
}

/** A TCP connection to the host, from the jump host. */
function forward(gate: SshClient, jump: Connection, target: Connection): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const seen = (what: string) => new Unreachable(target, `jump host ${jump.host} cannot reach it: ${what}`, 'see that address and port are right as seen from the jump host, and that its sshd allows TCP forwarding')
    const timer = setTimeout(() => reject(seen(`no answer within ${connectTimeout / 1000} s`)), connectTimeout)
    gate.forwardOut('127.0.0.1', 0, target.host, target.port, (error, stream) => {
      clearTimeout(timer)
      if (error) reject(seen(error.message))
      else resolve(stream)
    })
  })
}

function run(client: SshClient, connection: Connection, command: string, input: string, progress: (text: string) => void): Promise<Ran> {
  return new Promise((resolve, reject) => {
    client.exec(command, (error, channel) => {
      if (error) {
        reject(new HostFailure(connection, `runs no command: ${error.message}`, 'see that the user may run commands over SSH'))
        return
      }
      const ran: Ran = { code: undefined, stdout: '', stderr: '' }
      channel.setEncoding('utf8').on('data', (text: string) => { ran.stdout += text })
      channel.stderr.setEncoding('utf8').on('data', (text: string) => {
        ran.stderr += text
        progress(text)
      })
      channel.on('exit', (code: number | null) => { ran.code = code ?? undefined })
      // What it wrote last may still be on its way to our listeners.
      const closed = new Promise<void>((done) => { channel.on('close', done) })
      void Promise.all([closed, finished(channel.stderr, { writable: false })]).then(() => resolve(ran), reject)
      channel.on('error', () => {}) // The command ended before it had read everything: its exit code tells.
      channel.end(input)
    })
  })
}

/** The agent's keys as people know them: fingerprint and comment. */
function agentKeys(connection: Connection, path: string): Promise<string[]> {
  return new Promise((resolve, reject) => {
    createAgent(path).getIdentities((error, keys) => {
      if (error) {
        reject(new AuthenticationFailed(connection, `the SSH agent at SSH_AUTH_SOCK=${path} does not answer: ${error.message}`, 'start one and add the key: eval $(ssh-agent) && ssh-add'))
        return
      }
      resolve((keys ?? []).map((key) => {
        const parsed = utils.parseKey(key as Buffer)
        return parsed instanceof Error ? 'a key of unknown type' : `${fingerprint(parsed.getPublicSSH())} ${parsed.comment}`.trim()
      }))
    })
  })
}

function keyType(connection: Connection): string {
  return connection.hostKey.split(' ')[0]!
}

function wantedKey(connection: Connection): Buffer {
  return Buffer.from(connection.hostKey.split(' ')[1]!, 'base64')
}

/** As `ssh-keygen -l` shows it. */
function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`
}
