/** Gives a host back that a stack let go of while it was unreachable: `node host/clean.ts CONNECTION`, which the destroy printed. */
import { type Connection, parseConnection } from './connection.ts'
import { removeAll } from './removal.ts'

const [argument] = process.argv.slice(2)
try {
  const removed = await removeAll(parseArgument(argument))
  console.log(removed.length === 0 ? 'Nothing of annex is on this host.' : `The host is as it was before annex: ${removed.join(', ')} undone.`)
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 1
}

function parseArgument(given: string | undefined): Connection {
  try {
    return parseConnection(JSON.parse(given ?? '') as Connection)
  } catch (error) {
    throw new Error(`CONNECTION must be what the destroy printed, such as '{"host":"198.51.100.11","port":22,"user":"root","hostKey":"ssh-ed25519 AAAA..."}': ${(error as Error).message}`)
  }
}
