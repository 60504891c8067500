/** `pulumi up` cut at every step of the host scripts and at random moments: running it again ends well, without cleaning up by hand. */
import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { dropSsh } from '../../lab/faults.ts'
import { rebootHost } from '../../lab/host.ts'
import { reinstallHost } from '../../lab/lab.ts'
import { until } from '../../lab/processes.ts'
import { openStack, up } from '../../lab/stack.ts'
import { checkAll, holds } from '../../proof/checklist/checklist.ts'
import { cutUp, difference, freshLab, kubectl, type Running, runPulumi, snapshot, system } from './lab.ts'

const vps = 'vps-worker-1'
/** Random moments lie within this many seconds, about what an update takes. */
const longest = 40
const moments = 20

/** The ways in which an update is cut: the program dies, or the line to the host does, or the host. */
const cuts: Record<string, (running: Running) => Promise<void>> = {
  'pulumi is killed': async (running) => { running.kill('SIGKILL') },
  'the SSH session is dropped': async () => { await Promise.all([dropSsh(vps), dropSsh('gateway')]) },
  'the power of the VPS is cut': () => rebootHost(vps),
}

const ways = Object.entries(cuts)

describe('pulumi up, cut', function () {
  this.timeout(120 * 60_000)

  beforeEach(() => freshLab())

  for (const [how, cut] of ways) {
    it(`at every step of the host scripts: ${how}`, async () => {
      const bare = await snapshot()
      const met = new Set<string>()
      // Each run gets as far as the first step at which none was cut yet.
      for (let ended = false; !ended;) {
        const before = met.size
        await openStack()
        ended = (await cutWhen((running) => atNewStep(running, met), cut)).ended
        assert.ok(ended || met.size > before, 'an update failed that nobody had cut')
      }
      console.log(`        cut at ${met.size} steps`)
      assert.ok(met.size > 20, [...met].join(', '))
      await endsWell(bare)
    })
  }

  it('while the node is still to become Ready, and destroyed at once: host and cluster are as they were', async () => {
    const bare = await snapshot()
    await openStack()
    const { ended } = await cutUp(async (running) => {
      await until('the node is there', 120, async () => /NotReady/.test(await kubectl(['get', 'node', vps, '--ignore-not-found'])))
      running.kill('SIGKILL')
    })
    assert.equal(ended, false)
    await openStack()
    const destroyed = await runPulumi(['destroy', '--yes', '--skip-preview'])
    assert.equal(destroyed.code, 0, destroyed.output)
    assert.equal(await kubectl(['get', 'node', vps, '--ignore-not-found']), '')
    assert.deepEqual(difference(bare, await snapshot()), [])
  })

  it(`at ${moments} random moments`, async () => {
    for (let moment = 1; moment <= moments; moment++) {
      const seconds = randomInt(longest * 10) / 10
      const [how, cut] = ways[moment % ways.length]!
      console.log(`        ${moment} of ${moments}: ${how} after ${seconds} s`)
      await reinstallHost(vps)
      const bare = await snapshot()
      await openStack()
      await cutWhen(() => sleep(seconds * 1000), cut)
      await endsWell(bare)
    }
  })
})

/** The same command again leads to a stack that holds; destroy, killed once on its way, leaves the VPS as it was. */
async function endsWell(bare: string[]): Promise<void> {
  await up({ stdio: 'pipe' })
  // Told in full: which host or object is not as that update left it shows here only.
  const preview = await runPulumi(['preview', '--diff', '--expect-no-changes'])
  assert.equal(preview.code, 0, preview.output)
  assert.equal((await up({ stdio: 'pipe' })).changed, false)
  const checked = await checkAll(system, { disturb: false })
  assert.ok(holds(checked), JSON.stringify(checked, null, 2))
  await openStack()
  await cutDestroy()
  await openStack()
  const destroyed = await runPulumi(['destroy', '--yes', '--skip-preview'])
  assert.equal(destroyed.code, 0, destroyed.output)
  assert.deepEqual(difference(bare, await snapshot()), [])
}

async function cutDestroy(): Promise<void> {
  const seconds = randomInt(200) / 10
  await runPulumi(['destroy', '--yes', '--skip-preview'], { timeout: seconds * 1000 + 1, killSignal: 'SIGKILL' })
}

/** Cuts an update when the time has come, unless it is over by then. A host whose power was cut is waited for: the update ends before it is back. */
async function cutWhen(come: (running: Running) => Promise<void>, cut: (running: Running) => Promise<void>): Promise<{ ended: boolean }> {
  let over = false
  let cutting: Promise<void> | undefined
  const { ended } = await cutUp(async (running) => {
    await come(running)
    if (!over) await (cutting = cut(running))
  })
  over = true
  await cutting
  return { ended }
}

/** Waits for a step of a host's script that is not in `met`, and adds it. Never comes back where there is none. A join has another name in each run. */
function atNewStep(running: Running, met: Set<string>): Promise<void> {
  return new Promise((resolve) => {
    createInterface({ input: running.stdout! }).on('line', (line) => {
      const step = / command:remote:Command (\S+?)(?:-[0-9a-f]{8})? .*step (\d+) /.exec(line)
      const name = step && `${step[1]} ${step[2]}`
      if (!name || met.has(name)) return
      met.add(name)
      resolve()
    })
  })
}
