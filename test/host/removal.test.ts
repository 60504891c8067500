/** The delete of a host's section: when nobody answers there, or another host, and what a live host is asked; what that does is in the end-to-end tests. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { execa, type ResultPromise } from 'execa'
import ssh2 from 'ssh2'
import { giveUp, givenUp, missed, missedSince } from '../../host/absence.ts'
import type { Connection } from '../../host/connection.ts'
import { until } from '../../lab/processes.ts'
import { type AnsweringHost, startHost } from './answering.ts'

const checkout = path.join(import.meta.dirname, '../..')
// Nothing listens on the port that is reserved for nothing (RFC 6335).
const connection = { host: '127.0.0.1', port: 1, user: 'root', hostKey: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJ5dGVz' }

describe('the delete of a host that does not answer', () => {
  let folder: string
  let agent: ResultPromise
  let env: Record<string, string>
  let hostKey: string

  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'annex-undo-'))
    env = { SSH_AUTH_SOCK: path.join(folder, 'agent'), XDG_CACHE_HOME: folder, ANNEX_UNREACHABLE_SECONDS: '1' }
    agent = execa('ssh-agent', ['-D', '-a', env['SSH_AUTH_SOCK']!], { reject: false })
    await until('the agent answers', 10, async () => (await execa('ssh-add', ['-l'], { env, reject: false })).exitCode !== 2)
    hostKey = path.join(folder, 'host')
    // One of ssh2's own is malformed now and then.
    await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', hostKey])
  })
  after(async () => {
    agent.kill()
    await agent
    rmSync(folder, { recursive: true })
  })

  const undo = (extra: Record<string, string> = {}, to: Connection = connection) =>
    execa(process.execPath, ['host/undo.ts'], { cwd: checkout, input: JSON.stringify({ connection: to, section: 'worker' }), env: { ...env, ...extra }, reject: false })

  it('ends after a while, names the host and the command that cleans it later', async () => {
    const { exitCode, stderr } = await undo()
    assert.equal(exitCode, 0, stderr)
    assert.match(stderr, /NOT CLEANED: 127\.0\.0\.1 does not answer, so "worker" stays on it\. If it comes back: node host\/clean\.ts '\{"host":"127\.0\.0\.1"/)
  })

  it('is named afterwards by whoever asks: a terminal has forgotten what a deletion said', async () => {
    const list = (cache: string) => execa(process.execPath, ['host/clean.ts'], { cwd: checkout, env: { ...env, XDG_CACHE_HOME: cache } })
    assert.equal((await list(folder)).stdout, `127.0.0.1 was given up. If it comes back: node host/clean.ts '${JSON.stringify(connection)}'`)
    assert.equal((await list(path.join(folder, 'other'))).stdout, 'No host was given up on this machine.')
  })

  /** Runs while a server of another key answers. */
  async function besideAnother(use: (port: number) => Promise<void>): Promise<void> {
    const server = new ssh2.Server({ hostKeys: [readFileSync(hostKey)] }, (client) => {
      client.on('authentication', () => assert.fail('it was asked for a login')).on('error', () => undefined)
    })
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
    try {
      await use((server.address() as AddressInfo).port)
    } finally {
      server.close()
    }
  }

  it('ends after a while where another host answers at its address, which is asked for nothing', () =>
    besideAnother(async (port) => {
      const { exitCode, stderr } = await undo({}, { ...connection, port })
      assert.equal(exitCode, 0, stderr)
      assert.match(stderr, /its host key is SHA256:.*, but the known one is SHA256:.*; trying for 1 s/)
      assert.match(stderr, /NOT CLEANED: 127\.0\.0\.1 has another host key \(installed anew, or another host by now\), so "worker" stays on it\. If it is the same host, with its new key as hostKey: node host\/clean\.ts '\{/)
    }))

  it('fails where it is the jump host that has another key, since the host itself may be there', () =>
    besideAnother(async (port) => {
      const { exitCode, stderr } = await undo({}, { ...connection, jump: { ...connection, port } })
      assert.equal(exitCode, 1)
      assert.match(stderr, new RegExp(`^root@127\\.0\\.0\\.1:${port}: its host key is SHA256:`))
    }))

  it('waits again when the host was missed long ago', async () => {
    const records = path.join(folder, 'annex', 'unreachable')
    mkdirSync(records, { recursive: true })
    for (const record of readdirSync(records)) writeFileSync(path.join(records, record), String(Date.now() - 2 * 3_600_000))
    const start = Date.now()
    await undo()
    assert.ok(Date.now() - start > 1000)
  })

  it('is not waited for again by the next section', async () => {
    const attempts = async () => (await undo({ XDG_CACHE_HOME: path.join(folder, 'next'), ANNEX_UNREACHABLE_SECONDS: '3' })).stderr.match(/; trying for/g)!.length
    assert.ok(await attempts() > 1)
    assert.equal(await attempts(), 1)
  })

  it('fails where the trouble is not the host: no agent to log in with', async () => {
    const { exitCode, stderr } = await undo({ SSH_AUTH_SOCK: path.join(folder, 'nobody') })
    assert.equal(exitCode, 1)
    assert.match(stderr, /the SSH agent at .* does not answer/)
  })

  it('is told what a connection looks like when the command for later was mistyped', async () => {
    const { exitCode, stderr } = await execa(process.execPath, ['host/clean.ts', 'vps-worker-1'], { cwd: checkout, env, reject: false })
    assert.equal(exitCode, 1)
    assert.match(stderr, /CONNECTION must be what the destroy printed, such as/)
  })
})

describe('the delete of a host that answers', () => {
  let folder: string
  let asked: string
  let host: AnsweringHost

  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'annex-undo-'))
    asked = path.join(folder, 'asked')
    host = await startHost([`ForceCommand cat >>${asked}; echo >>${asked}; case "$SSH_ORIGINAL_COMMAND" in *"annex look"*) echo '{"facts":{"sections":["worker","identity-wg0"]}}' ;; esac`])
  })
  beforeEach(() => rmSync(asked, { force: true }))
  after(async () => {
    await host.stop()
    rmSync(folder, { recursive: true })
  })

  const run = (script: string, argument: string[], input: object) => execa(process.execPath, [`host/${script}`, ...argument], { cwd: checkout, input: JSON.stringify(input) })
  const undo = () => run('undo.ts', [], { connection: host.connection, section: 'worker', owner: 'annex/test worker' })
  /** The documents that came behind the scripts. */
  const documents = () => readFileSync(asked, 'utf8').match(/\{[^{}]*\}/g)!.map((text) => JSON.parse(text))

  it('undoes the section for its owner alone: another stack may have taken it over', async () => {
    await undo()
    assert.deepEqual(documents(), [{ section: 'worker', owner: 'annex/test worker' }])
  })

  it('forgets that it was missed: who misses it again waits as long as ever', async () => {
    missed(host.connection)
    await undo()
    assert.equal(missedSince(host.connection), undefined)
  })

  it('undoes every section, whoever has it, once it was given up and came back, and then it counts no longer as given up', async () => {
    giveUp(host.connection)
    const { stdout } = await run('clean.ts', [JSON.stringify(host.connection)], {})
    assert.equal(stdout, 'The host is as it was before annex: worker, identity-wg0 undone.')
    assert.deepEqual(documents().slice(-2), [{ section: 'worker' }, { section: 'identity-wg0' }])
    assert.deepEqual(givenUp(), [])
  })
})
