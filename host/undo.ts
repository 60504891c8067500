/** The delete of a host's section, run beside `pulumi`: { connection, section } on standard input. */
import { text } from 'node:stream/consumers'
import type { Connection } from './connection.ts'
import { removeIfAlive } from './removal.ts'

const { connection, section } = JSON.parse(await text(process.stdin)) as { connection: Connection; section: string }
try {
  if (!(await removeIfAlive(connection, section))) {
    console.error(`NOT CLEANED: ${connection.host} does not answer, so "${section}" stays on it. If it comes back: node host/clean.ts '${JSON.stringify(connection)}'`)
  }
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 1
}
