/** Which host a session is with, and what it says where there is none. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Connection } from '../../host/connection.ts'
import { HostFailure, HostKeyMismatch, Unreachable } from '../../host/errors.ts'
import { runOverSsh } from '../../host/ssh.ts'
import { freePort } from '../lab/pulumi/sshd.ts'
import { type AnsweringHost, startHost } from './answering.ts'

describe('a session', () => {
  let folder: string
  let key: string
  let ecdsa: string
  let host: AnsweringHost
  let connection: Connection

  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'annex-ssh-'))
    key = path.join(folder, 'ecdsa')
    execFileSync('ssh-keygen', ['-q', '-t', 'ecdsa', '-N', '', '-C', '', '-f', key])
    ecdsa = readFileSync(`${key}.pub`, 'utf8').trim()
    host = await startHost()
    ;({ connection } = host)
  })
  after(async () => {
    await host.stop()
    rmSync(folder, { recursive: true })
  })

  it('is with the host by the key that is known of it, whichever others it has', async () => {
    const both = await startHost([`HostKey ${key}`])
    try {
      for (const hostKey of [ecdsa, both.connection.hostKey]) assert.equal((await runOverSsh({ ...both.connection, hostKey }, 'echo in', '')).stdout, 'in\n')
    } finally {
      await both.stop()
    }
  })

  it('is none where the host has no key of the known one’s type, and says so, whatever comes of the connection then', async () => {
    // Mostly it is reset a moment later.
    for (let i = 0; i < 10; i++) await fails({ ...connection, hostKey: ecdsa }, HostKeyMismatch, connection.port, /^it has no host key of the type ecdsa-sha2-nistp256, which the known one has \(SHA256:.{43}\)\n {2}Fix: put a key that the host has/)
  })

  it('says where the host speaks another SSH, which is not to be missed: it is there', async () => {
    const other = await startHost(['KexAlgorithms sntrup761x25519-sha512@openssh.com'])
    try {
      await fails(other.connection, HostFailure, other.connection.port, /^answers, but has no algorithm in common with annex: .*\n {2}Fix: let its sshd offer/)
    } finally {
      await other.stop()
    }
  })

  it('goes through a jump host', async () => {
    assert.equal((await runOverSsh({ ...connection, jump: connection }, 'echo in', '')).stdout, 'in\n')
  })

  it('names the jump host where that is what cannot be reached, or has another key', async () => {
    const port = await freePort()
    await fails({ ...connection, jump: { ...connection, port } }, Unreachable, port, /^cannot be reached within 10 s: .*ECONNREFUSED/)
    await fails({ ...connection, jump: { ...connection, hostKey: ecdsa } }, HostKeyMismatch, connection.port, /^it has no host key of the type/)
  })

  it('names the host, and the jump host that it was tried from, where the jump host cannot reach it', async () => {
    const port = await freePort()
    await fails({ ...connection, port, jump: connection }, Unreachable, port, /^jump host 127\.0\.0\.1 cannot reach it: .*Connection refused\n {2}Fix: .*as seen from the jump host/)
  })
})

/** @param port whose: all are on one address */
async function fails(to: Connection, kind: typeof HostFailure, port: number, why: RegExp): Promise<void> {
  const error: Error = await runOverSsh(to, 'true', '').then(() => assert.fail('it ran'), (it) => it)
  assert.equal(error.constructor, kind, error.message)
  const [address, said] = [`root@127.0.0.1:${port}: `, error.message]
  assert.ok(said.startsWith(address), said)
  assert.match(said.slice(address.length), why)
}
