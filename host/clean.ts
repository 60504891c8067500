/**
 * Gives a host back that a stack let go of while it was unreachable: `node host/clean.ts CONNECTION`, which the destroy printed.
 * Without CONNECTION it names the hosts that were given up on this machine.
 */
import { givenUp } from './absence.ts'
import { type Connection, parseConnection } from './connection.ts'
import { removeAll } from './removal.ts'

const [argument] = process.argv.slice(2)
try {
  if (argument === undefined) list(givenUp())
  else await clean(parseArgument(argument))
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 1
}

async function clean(connection: Connection): Promise<void> {
  const removed = await removeAll(connection)
  console.log(removed.length === 0 ? 'Nothing of annex is on this host.' : `The host is as it was before annex: ${removed.join(', ')} undone.`)
}

function list(connections: Connection[]): void {
  if (connections.length === 0) console.log('No host was given up on this machine.')
  for (const connection of connections) console.log(`${connection.host} was given up. If it comes back: node host/clean.ts '${JSON.stringify(connection)}'`)
}

function parseArgument(given: string): Connection {
  try {
    return parseConnection(JSON.parse(given) as Connection)
  } catch (error) {
    throw new Error(`CONNECTION must be what the destroy printed, such as '{"host":"198.51.100.11","port":22,"user":"root","hostKey":"ssh-ed25519 AAAA..."}': ${(error as Error).message}`)
  }
}
