/** Undoes a section of a host, or all of them, over SSH; what a host that is gone for good means for that. */
import pRetry from 'p-retry'
import { cleaned, giveUp, missed, missedSince, seen } from './absence.ts'
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
  cleaned(connection)
  return sections
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
  const gone = (Date.now() - (missedSince(connection) ?? Date.now())) / 1000
  try {
    await pRetry(() => removeSection(connection, section, owner), {
      retries: Infinity, maxRetryTime: Math.max(patience - gone, 0) * 1000,
      // Ever more seldom: a firewall that counts the attempts (ufw limit: six in 30 s) refuses whoever goes on as before.
      minTimeout: 5000, factor: 2, maxTimeout: 30_000,
      shouldRetry: ({ error }) => isGone(error, connection),
      onFailedAttempt: ({ error }) => {
        if (!isGone(error, connection)) return
        missed(connection)
        console.error(`${error.message.split('\n')[0]}; trying for ${Math.ceil(patience)} s`)
      },
    })
  } catch (error) {
    if (!isGone(error, connection)) throw error
    giveUp(connection)
    return error
  }
  seen(connection)
  return undefined
}
