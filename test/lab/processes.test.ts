import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { execa } from 'execa'
import { labFolder } from '../../lab/environment.ts'
import { lastLines, logOf, processId, recordedProcesses, startProcess, stopProcess, until } from '../../lab/processes.ts'
import { startTime } from '../../tools/lock.ts'

const name = 'test-process'
const record = path.join(labFolder, 'processes', `${name}.json`)
const sleeper = { name, command: 'sleep', args: ['1000'] }

describe('a process of the lab', () => {
  afterEach(async () => {
    await stopProcess(name)
    rmSync(logOf(name), { force: true })
  })

  it('outlives the command that started it, and is found and ended by the next', async () => {
    const program = `import { startProcess } from ${JSON.stringify(new URL('../../lab/processes.ts', import.meta.url).href)}; await startProcess(${JSON.stringify(sleeper)})`
    await execa(process.execPath, ['--input-type=module', '--eval', program])
    const id = processId(name)
    assert.ok(id !== undefined)
    assert.equal(readFileSync(`/proc/${id}/cmdline`, 'utf8'), 'sleep\0' + '1000\0')
    await stopProcess(name)
    assert.equal(startTime(id), undefined)
    assert.ok(!recordedProcesses().includes(name))
  })

  it('is not started twice', async () => {
    const first = await startProcess(sleeper)
    assert.equal(await startProcess(sleeper), first)
  })

  it('is never mistaken for another process that got its id later', async () => {
    const other = execa('sleep', ['1000'])
    await until('the other process runs', 10, () => startTime(other.pid!) !== undefined)
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    mkdirSync(path.dirname(record), { recursive: true })
    writeFileSync(record, JSON.stringify({ pid: other.pid, started: String(Number(startTime(other.pid!)) - 1), boot }))
    await stopProcess(name)
    assert.notEqual(startTime(other.pid!), undefined)
    other.kill()
    await assert.rejects(other)
  })

  it('that does not end when asked is ended', async () => {
    await startProcess({ name, command: 'bash', args: ['-c', 'trap "" TERM; echo deaf; while :; do sleep 1000 & wait; done'] })
    await until('it is deaf', 10, () => lastLines(name).includes('deaf'))
    const id = processId(name)!
    // Its own child would stay: the lab starts no process that has one of that kind.
    const [child] = readFileSync(`/proc/${id}/task/${id}/children`, 'utf8').trim().split(' ').map(Number)
    await stopProcess(name, 0.2)
    assert.equal(startTime(id), undefined)
    if (child) process.kill(child)
  })

  it('that ends right after its start is reported with what it said', async () => {
    await assert.rejects(startProcess({ name, command: 'bash', args: ['-c', 'echo the port is taken; exit 3'] }).then(() => until('it ended', 5, () => {
      if (processId(name) === undefined) throw new Error(lastLines(name))
      return false
    })), /the port is taken/)
  })
})
