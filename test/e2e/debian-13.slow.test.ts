/** A VPS with another Debian than the lab's own. */
import assert from 'node:assert/strict'
import { rebootHost } from '../../lab/host.ts'
import { reinstallHost } from '../../lab/lab.ts'
import { until } from '../../lab/processes.ts'
import { destroy, openStack, up } from '../../lab/stack.ts'
import { checkAll, holds } from '../../proof/checklist/checklist.ts'
import { difference, freshLab, onWorker, runPulumi, snapshot, system } from './lab.ts'

const vps = 'vps-worker-1'

describe('a VPS with Debian 13', function () {
  this.timeout(15 * 60_000)
  let bare: string[]

  before(async () => {
    await freshLab()
    await reinstallHost(vps, 'debian-13')
    // Some of its units run at the first boot only.
    await rebootHost(vps)
    bare = await snapshot()
  })

  after(async () => {
    await destroy({ stdio: 'pipe' })
    await reinstallHost(vps)
  })

  it('becomes a worker, and holds over a reboot', async () => {
    assert.match(await onWorker('cat /etc/os-release'), /VERSION_ID="13"/)
    await up({ stdio: 'pipe' })
    const checked = await checkAll(system, { disturb: true })
    assert.ok(holds(checked), JSON.stringify(checked, null, 2))
    await rebootHost(vps)
    await until('all holds again', 180, async () => holds(await checkAll(system, { disturb: false })))
  })

  it('is left alone by a second update', async () => {
    assert.equal((await up({ stdio: 'pipe' })).changed, false)
  })

  it('is given back as it was found', async () => {
    await openStack()
    const destroyed = await runPulumi(['destroy', '--yes', '--skip-preview'])
    assert.equal(destroyed.code, 0, destroyed.output)
    assert.deepEqual(difference(bare, await snapshot()), [])
  })
})
