/** Undoes a section of a host, or all of them, over SSH; what a host that is gone for good means for that. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import pRetry from 'p-retry'
import { remoteCommand, stdin } from './bundle.ts'
import { type Connection, parseConnection } from './connection.ts'
import { HostKeyMismatch, Unreachable } from './errors.ts'
import { failureOf, look } from './look.ts'
import { runOverSsh } from './ssh.ts'

/** Seconds that a host must have been gone to count as gone for good: longer than a reboot. */
const patience = Number(process.env['ANNEX_UNREACHABLE_SECONDS'] ?? 120)

/**
 * @param owner nothing is undone where another one has taken the section over. Default: whoever has it
 * @throws Unreachable and the other errors of `look`; HostFailure for what the engine could not undo.
 */
export async function removeSection(connection: Connection, section: string, owner?: string): Promise<void> {
  const ran = await runOverSsh(parseConnection(connection), remoteCommand('remove', section, connection.user), stdin('remove', { section, ...(owner === undefined ? {} : { owner }) }), (text) => process.stderr.write(text))
  if (ran.code !== 0) throw failureOf(connection, 'removal', ran)
}

/** Every section of the host, what was changed last first. @returns their names */
export async function removeAll(connection: Connection): Promise<string[]> {
  const { sections } = (await look(connection)).facts
  for (const section of sections) await removeSection(connection, section)
  rmSync(recordOf('given-up', connection), { force: true })
  return sections
}

/** Hosts that were given up on this machine and not cleaned since: a terminal shows what a deletion says only while Pulumi runs. */
export function givenUp(): Connection[] {
  const folder = dirname(recordOf('given-up', { user: '', host: '', port: 0 }))
  if (!existsSync(folder)) return []
  return readdirSync(folder).map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Connection)
}

/** Nobody is there, or somebody else: since the last update the host was installed anew, or its address was given to another one. */
export type Gone = Unreachable | HostKeyMismatch

/** Another key of its jump host says nothing about the host itself. */
function isGone(error: unknown, { user, host, port }: Connection): error is Gone {
  return error instanceof Unreachable || (error instanceof HostKeyMismatch && error.address === `${user}@${host}:${port}`)
}

/**
 * As `removeSection`, but a host that stays gone is given up: a stack must be able to let go of one that is gone for good.
 * The first section of a host waits `patience` seconds, the others know of that.
 * @returns why it was given up; undefined where the section was undone
 */
export async function removeIfAlive(connection: Connection, section: string, owner?: string): Promise<Gone | undefined> {
  const record = recordOf('unreachable', connection)
  const left = patience - (Date.now() - firstMissed(record)) / 1000
  try {
    await pRetry(() => removeSection(connection, section, owner), {
      retries: Infinity, maxRetryTime: Math.max(left, 0) * 1000, minTimeout: 5000, factor: 1,
      shouldRetry: ({ error }) => isGone(error, connection),
      onFailedAttempt: ({ error }) => { if (isGone(error, connection)) console.error(`${error.message.split('\n')[0]}; trying for ${Math.ceil(patience)} s`) },
    })
  } catch (error) {
    if (!isGone(error, connection)) throw error
    write(recordOf('given-up', connection), JSON.stringify(connection))
    return error
  }
  rmSync(record, { force: true })
  return undefined
}

/** Where it is kept since when a host has not answered, and that it was given up. */
function recordOf(kind: 'unreachable' | 'given-up', { user, host, port }: Pick<Connection, 'user' | 'host' | 'port'>): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'annex', kind, `${user}@${host}:${port}`)
}

/** Milliseconds since 1970; now, where nobody has missed it in the last hour: an older record is of another removal. */
function firstMissed(record: string): number {
  const missed = existsSync(record) ? Number(readFileSync(record, 'utf8')) : 0
  if (Date.now() - missed < 3_600_000) return missed
  write(record, String(Date.now()))
  return Date.now()
}

function write(record: string, content: string): void {
  mkdirSync(dirname(record), { recursive: true, mode: 0o700 })
  writeFileSync(record, content)
}
