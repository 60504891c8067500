import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { breakDeadLocks, holderIsDead, type LockHolder } from '../../lab/stack-lock.ts'

const taken = '2026-11-23T12:00:00Z'
const holder: LockHolder = { pid: 42, username: 'me', hostname: 'here', timestamp: taken }

describe('a stack lock left behind', () => {
  it('is broken when the process is gone', () => {
    assert.ok(holderIsDead(holder, 'here', () => undefined))
  })
  it('is broken when its process id went to a later process', () => {
    assert.ok(holderIsDead(holder, 'here', () => new Date('2026-11-23T12:05:00Z')))
  })
  it('is kept while its process lives', () => {
    assert.equal(holderIsDead(holder, 'here', () => new Date('2026-11-23T11:59:59Z')), false)
  })
  it('is kept when its holder is on another machine, where nobody can look', () => {
    assert.equal(holderIsDead(holder, 'elsewhere', () => undefined), false)
  })

  describe('in a backend', () => {
    let state: string
    let folder: string
    const lock = (pid: number) => writeFileSync(path.join(folder, `${pid}.json`), JSON.stringify({ ...holder, pid, hostname: os.hostname(), timestamp: new Date().toISOString() }))
    beforeEach(() => {
      state = mkdtempSync(path.join(os.tmpdir(), 'annex-lock-'))
      folder = path.join(state, '.pulumi', 'locks', 'organization', 'annex', 'dev')
      mkdirSync(folder, { recursive: true })
    })
    afterEach(() => rmSync(state, { recursive: true }))

    it('is removed and named', () => {
      lock(4194304) // above the largest process id of Linux (PID_MAX_LIMIT)
      assert.match(breakDeadLocks(state, 'dev')[0]!, /process 4194304/)
      assert.deepEqual(readdirSync(folder), [])
    })
    it('is not that of a process which started later than it says', () => {
      writeFileSync(path.join(folder, 'old.json'), JSON.stringify({ ...holder, pid: process.pid, hostname: os.hostname(), timestamp: new Date(Date.now() - process.uptime() * 1000 - 5000).toISOString() }))
      assert.match(breakDeadLocks(state, 'dev')[0]!, new RegExp(`process ${process.pid}`))
    })
    it('of a living process is an error that names it, and stays', () => {
      lock(process.pid)
      assert.throws(() => breakDeadLocks(state, 'dev'), new RegExp(`process ${process.pid}`))
      assert.equal(readdirSync(folder).length, 1)
    })
  })
})
