import assert from 'node:assert/strict'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { isAlive, thisProcess, withLock } from '../../tools/lock.ts'
import { temporaryFolder } from './place.ts'

describe('the lock between runs', () => {
  it('lets one in at a time, and tells the other whom it waits for', async () => {
    const path = join(temporaryFolder(), 'lock')
    let inside = 0
    let most = 0
    const waited: number[] = []
    const work = async () => {
      most = Math.max(most, ++inside)
      await new Promise((resolve) => setTimeout(resolve, 20))
      inside--
    }
    await Promise.all([1, 2, 3, 4].map(() => withLock(path, work, (holder) => waited.push(holder))))
    assert.equal(most, 1)
    assert.ok(waited.length > 0 && waited.every((pid) => pid === process.pid))
    assert.ok(!existsSync(path))
  })

  it('is taken over from a holder that was killed', async () => {
    const path = join(temporaryFolder(), 'lock')
    const holder = execa('sleep', ['60'], { reject: false })
    writeFileSync(path, JSON.stringify({ pid: holder.pid, started: 'whenever' }))
    holder.kill('SIGKILL')
    await holder
    assert.equal(await withLock(path, async () => 'in'), 'in')
  })

  it('is not kept by another process that got the dead holder\'s id', async () => {
    const path = join(temporaryFolder(), 'lock')
    writeFileSync(path, JSON.stringify({ ...thisProcess(), started: '1' }))
    assert.equal(await withLock(path, async () => 'in'), 'in')
  })

  it('is given back when the work fails', async () => {
    const path = join(temporaryFolder(), 'lock')
    await assert.rejects(withLock(path, async () => Promise.reject(new Error('no luck'))), /no luck/)
    assert.ok(!existsSync(path))
  })

  it('knows this process to be alive', () => assert.ok(isAlive(thisProcess())))
})
