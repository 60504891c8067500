/** Runs in the operator's namespace: looks at the host that standard input describes, and prints the report or the typed error. */
import { text } from 'node:stream/consumers'
import { look } from '../../host/engine.ts'

const { connection, options } = JSON.parse(await text(process.stdin))
try {
  console.log(JSON.stringify({ report: await look(connection, [], options) }))
} catch (error) {
  const { name, message } = error as Error
  console.log(JSON.stringify({ name, message }))
}
