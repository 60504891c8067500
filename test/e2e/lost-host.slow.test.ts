/** A worker that is no longer what the stack's state says: its disk or its gateway's is new, or the cluster has forgotten its node. An update alone brings it back, and a destroy lets go of it. */
import assert from 'node:assert/strict'
import { nodePoolLabel } from '../../components/tenant-placement/node-pools.ts'
import { reinstallHost } from '../../lab/lab.ts'
import { until } from '../../lab/processes.ts'
import { lastChanges, openStack, up } from '../../lab/stack.ts'
import { freshLab, kubectl, readiness, runPulumi } from './lab.ts'

const vps = 'vps-worker-1'

describe('a worker that was lost', function () {
  this.timeout(15 * 60_000)

  before(async () => {
    await freshLab()
    await openStack()
    await up({ stdio: 'pipe' })
  })

  it('is set up from the start where its disk is new, which the preview says once the node of the old one is gone', async () => {
    await reinstallHost(vps)
    await openStack()
    const refused = await runPulumi(['preview'])
    const fix = /this host's machine id is .*remove that node: kubectl (delete node \S+)/.exec(refused.output)?.[1]
    assert.ok(fix !== undefined, refused.output)
    await kubectl(fix.split(' '))
    const preview = await runPulumi(['preview'])
    assert.equal(preview.code, 0, preview.output)
    assert.match(preview.output, /vps-worker-1: nothing of annex is on it, .*; volumes that are gone begin empty/)
    assert.match(preview.output, /vps-worker-1-host-converge.*update/)
    await isBroughtBack()
  })

  it('joins again where somebody has deleted its node, and gets the pool that the new one lacks', async () => {
    await kubectl(['delete', 'node', vps])
    await isBroughtBack()
  })

  it('is reached again through a gateway whose disk is new', async () => {
    await reinstallHost('gateway')
    await openStack()
    const preview = await runPulumi(['preview'])
    assert.match(preview.output, /gateway: nothing of annex is on it, /)
    await isBroughtBack()
  })

  it('is let go of where another host has its address by now, which is asked for nothing', async () => {
    await reinstallHost(vps)
    await openStack()
    const destroyed = await runPulumi(['destroy', '--yes', '--skip-preview'], { env: { ANNEX_UNREACHABLE_SECONDS: '15' } })
    assert.equal(destroyed.code, 0, destroyed.output)
    assert.match(destroyed.output, /NOT CLEANED: 198\.51\.100\.11 has another host key/)
    assert.equal(await readiness(vps), '')
  })
})

async function isBroughtBack(): Promise<void> {
  await openStack()
  await up({ stdio: 'pipe' })
  await until('the node is Ready', 90, async () => (await readiness(vps)) === 'True')
  assert.match(await kubectl(['get', 'node', vps, '-o', 'jsonpath={.metadata.labels}']), new RegExp(`"${nodePoolLabel}":"shared"`))
  await kubectl(['rollout', 'status', 'statefulset/test-app', '-n', 'paas-tenant-1', '--timeout=180s'])
  const again = await runPulumi(['up', '--yes', '--skip-preview', '--diff'])
  assert.equal(again.code, 0, again.output)
  assert.equal((await lastChanges()).changed, false, again.output)
}
