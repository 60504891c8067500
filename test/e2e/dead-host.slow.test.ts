/** A VPS that is gone for good: destroy lets go of it, and cleans it later where it comes back after all. */
import assert from 'node:assert/strict'
import { runAsOperator } from '../../lab/environment.ts'
import { bootHost, killHost } from '../../lab/host.ts'
import { openStack, up } from '../../lab/stack.ts'
import { difference, freshLab, kubectl, readiness, runPulumi, snapshot } from './lab.ts'

const vps = 'vps-worker-1'

describe('a worker that no longer answers', function () {
  this.timeout(15 * 60_000)
  let bare: string[]
  let output: string

  before(async () => {
    await freshLab()
    bare = await snapshot()
    await up({ stdio: 'pipe' })
    // The destroy comes at once, as after somebody gave the VPS back: the cluster takes the node for Ready still.
    await killHost(vps)
  })

  it('is destroyed with all that the cluster has of it, in minutes', async () => {
    await openStack()
    const destroyed = await runPulumi(['destroy', '--yes', '--skip-preview'], { env: { ANNEX_UNREACHABLE_SECONDS: '15' } })
    output = destroyed.output
    assert.equal(destroyed.code, 0, output)
    assert.equal(await readiness(vps), '')
    assert.doesNotMatch(await kubectl(['get', 'namespaces,persistentvolumes,storageclasses', '-o', 'name']), /paas-|vps/)
  })

  it('is named as not cleaned, with the command that gives it back later as it was found', async () => {
    const command = /NOT CLEANED: 198\.51\.100\.11 does not answer.*: (node host\/clean\.ts '.*')/.exec(output)?.[1]
    assert.ok(command !== undefined, output)
    await bootHost(vps)
    const { stdout } = await runAsOperator('bash', ['-c', command])
    assert.match(String(stdout), /The host is as it was before annex: vps-join, /)
    assert.deepEqual(difference(bare, await snapshot()), [])
    assert.match(String((await runAsOperator('bash', ['-c', command])).stdout), /Nothing of annex is on this host/)
  })
})
