import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { cleaned, giveUp, givenUp, missed, missedSince, seen } from '../../host/absence.ts'

const connection = { host: '198.51.100.11', port: 22, user: 'root', hostKey: 'ssh-ed25519 AAAA' }
const other = { ...connection, port: 2222 }

describe('a host that is missed', () => {
  const before = process.env['XDG_CACHE_HOME']
  let folder: string

  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'annex-absence-'))
    process.env['XDG_CACHE_HOME'] = folder
  })
  afterEach(() => {
    if (before === undefined) delete process.env['XDG_CACHE_HOME']
    else process.env['XDG_CACHE_HOME'] = before
    rmSync(folder, { recursive: true })
  })

  it('is missed since it did not answer, and not by who only asks: a removal that was killed while it worked has missed nobody', () => {
    assert.equal(missedSince(connection), undefined)
    assert.equal(missedSince(connection), undefined)
    missed(connection)
    const since = missedSince(connection)!
    assert.ok(Date.now() - since < 60_000)
    missed(connection)
    assert.equal(missedSince(connection), since)
    assert.equal(missedSince(other), undefined)
  })

  it('is waited for anew once it has answered', () => {
    missed(connection)
    seen(connection)
    assert.equal(missedSince(connection), undefined)
  })

  it('is named until it is cleaned', () => {
    giveUp(connection)
    giveUp(other)
    cleaned(connection)
    assert.deepEqual(givenUp(), [other])
  })
})
