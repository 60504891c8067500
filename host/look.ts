/** Looks at a host: facts and, for each document, what differs. Changes nothing. */
import { seen } from './absence.ts'
import { remoteCommand, stdin } from './bundle.ts'
import { type Connection, parseConnection } from './connection.ts'
import { type Change, type HostDocument, parseDocument } from './document.ts'
import type { HostFacts } from './facts.ts'
import { AuthenticationFailed, HostFailure, NotRoot } from './errors.ts'
import { type Ran, runOverSsh } from './ssh.ts'

export interface LookOptions {
  /** host:port that are dialled over TCP; `from` is the source address. */
  dial?: { to: string; from?: string }[]
  /** A pool of volumes whose room is looked at: its folder, and the disk that is mounted there. */
  pool?: { path: string; device?: string }
}

export interface HostReport {
  facts: HostFacts
  /** Seconds since 1970 by this machine's clock at the time of the look; the host's own time where that lies within the session. */
  now: number
  /** What `converge` of each document would change, in the order of the documents. */
  documents: { section: string; differences: Change[] }[]
  /** Each section that a run has left on the host, and what of it is no longer so. */
  converged: { section: string; generation: number; differences: Change[] }[]
}

/**
 * One SSH session that reads and changes nothing. Takes at most some 10 s to notice that a host cannot be reached.
 * @throws Unreachable, HostKeyMismatch, AuthenticationFailed, NotRoot or HostFailure, each with the host, what was seen and the fix.
 */
export async function look(connection: Connection, documents: HostDocument[] = [], options: LookOptions = {}): Promise<HostReport> {
  const input = { documents: documents.map(parseDocument), probes: { dial: options.dial ?? [], ...(options.pool === undefined ? {} : { pool: options.pool }) } }
  const asked = Date.now() / 1000
  const ran = await runOverSsh(parseConnection(connection), remoteCommand('look', 'host', connection.user), stdin('look', input))
  const answered = Date.now() / 1000
  seen(connection)
  if (ran.code === 0) {
    const report = parseReport(connection, lastLine(ran.stdout))
    return { ...report, now: Math.min(Math.max(report.facts.clock, asked), answered) }
  }
  throw failureOf(connection, 'look', ran)
}

function parseReport(connection: Connection, text: string): Omit<HostReport, 'now'> {
  try {
    return JSON.parse(text) as Omit<HostReport, 'now'>
  } catch {
    throw new HostFailure(connection, `it answered "${text.slice(0, 200)}" instead of running what it was asked to`,
      'see what stands before the shell of this user there: ForceCommand in sshd_config, command= in authorized_keys; an image that is still being set up (cloud-init status --wait)')
  }
}

/** What a run of the engine that failed means. @param what the run, for people */
export function failureOf(connection: Connection, what: string, { code, stdout, stderr }: Ran): HostFailure {
  // First, since sudo may have said something of its own before it (that it cannot resolve the host's name).
  const told = parseFailure(stderr)
  if (told !== undefined) return new HostFailure(connection, `${told.item === '' ? '' : `${told.item}: `}${told.error}`, told.fix)
  // Cloud images log root in to be told this by cloud-init (disable_root), and nothing else.
  const other = /Please login as the user "?([a-z_][a-z0-9_-]*)"? rather than/.exec(stdout)?.[1]
  if (other !== undefined) {
    return new AuthenticationFailed(connection, `user ${connection.user} may not run anything there: the image has the user ${other} for that`, `set ssh.user: ${other} for this host; cloud images let it use sudo without a password`)
  }
  if (/password has expired|change your password|password change required/i.test(stderr)) {
    return new AuthenticationFailed(connection, `user ${connection.user} has to change the password first (${lastLine(stderr)})`,
      `log in once and do so: ssh -p ${connection.port} ${connection.user}@${connection.host}`)
  }
  if (/sudo: .*you must have a tty/.test(stderr)) {
    return new NotRoot(connection, `user ${connection.user} cannot use sudo without a terminal (${lastLine(stderr)})`,
      `connect as root, or allow it on the host: printf '%s\\n' '${connection.user} ALL=(ALL) NOPASSWD: ALL' 'Defaults:${connection.user} !requiretty' > /etc/sudoers.d/annex`)
  }
  // Ubuntu's newer one calls itself sudo-rs.
  if (/^sudo(-rs)?: |may not run sudo|not in the sudoers/m.test(stderr)) {
    return new NotRoot(connection, `user ${connection.user} cannot become root without a password (${lastLine(stderr)})`,
      `connect as root, or allow it on the host: echo '${connection.user} ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/annex`)
  }
  if (/sudo: (command )?not found|sudo: No such file/.test(stderr)) return new NotRoot(connection, `user ${connection.user} is not root and the host has no sudo`, 'connect as root, or install sudo')
  return new HostFailure(connection, `the ${what} ended with exit code ${code ?? 'none'}: ${lastLine(stderr.trim() || stdout)}`, 'see that the user\'s shell runs commands over SSH and that bash and perl are there')
}

/** The engine's own failure: the last line of its standard error that is JSON. */
export function parseFailure(stderr: string): { item: string; error: string; fix: string } | undefined {
  const line = stderr.trimEnd().split('\n').findLast((text) => text.startsWith('{'))
  if (line === undefined) return undefined
  try {
    return JSON.parse(line) as { item: string; error: string; fix: string }
  } catch {
    return undefined
  }
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) || 'it said nothing'
}
