/** The delete of a host's section, run beside `pulumi`: { connection, section, owner } on standard input. */
import { text } from 'node:stream/consumers'
import type { Connection } from './connection.ts'
import { HostKeyMismatch } from './errors.ts'
import { removeIfAlive } from './removal.ts'

const { connection, section, owner } = JSON.parse(await text(process.stdin)) as { connection: Connection; section: string; owner: string }
try {
  const gone = await removeIfAlive(connection, section, owner)
  if (gone !== undefined) {
    const [what, when] = gone instanceof HostKeyMismatch
      ? ['has another host key (installed anew, or another host by now)', 'If it is the same host, with its new key as hostKey']
      : ['does not answer', 'If it comes back']
    console.error(`NOT CLEANED: ${connection.host} ${what}, so "${section}" stays on it. ${when}: node host/clean.ts '${JSON.stringify(connection)}'`)
  }
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 1
}
