/** What this machine remembers of hosts that did not answer: since when, and which were given up. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Connection } from './connection.ts'

/** An older record is of another removal. Milliseconds. */
const forgotten = 3_600_000

/** Milliseconds since 1970; undefined where nobody has missed it in the last hour. */
export function missedSince(connection: Connection): number | undefined {
  const record = recordOf('unreachable', connection)
  const since = existsSync(record) ? Number(readFileSync(record, 'utf8')) : 0
  return Date.now() - since < forgotten ? since : undefined
}

/** It does not answer. */
export function missed(connection: Connection): void {
  if (missedSince(connection) === undefined) write(recordOf('unreachable', connection), String(Date.now()))
}

/** It answers: when it is missed again, that begins anew. */
export function seen(connection: Connection): void {
  rmSync(recordOf('unreachable', connection), { force: true })
}

export function giveUp(connection: Connection): void {
  write(recordOf('given-up', connection), JSON.stringify(connection))
}

/** Nothing of annex is left on it. */
export function cleaned(connection: Connection): void {
  rmSync(recordOf('given-up', connection), { force: true })
}

/** Hosts that were given up on this machine and not cleaned since: a terminal shows what a deletion says only while Pulumi runs. */
export function givenUp(): Connection[] {
  const folder = dirname(recordOf('given-up', { user: '', host: '', port: 0 }))
  if (!existsSync(folder)) return []
  return readdirSync(folder).map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Connection)
}

function recordOf(kind: 'unreachable' | 'given-up', { user, host, port }: Pick<Connection, 'user' | 'host' | 'port'>): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'annex', kind, `${user}@${host}:${port}`)
}

function write(record: string, content: string): void {
  mkdirSync(dirname(record), { recursive: true, mode: 0o700 })
  writeFileSync(record, content)
}
