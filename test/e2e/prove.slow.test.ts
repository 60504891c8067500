/** All attacks on a live tenant; then the same on one that was weakened, one control at a time. */
import assert from 'node:assert/strict'
import { renderTenant } from '../../components/tenant-isolation/render.ts'
import { closedRanges } from '../../config/closed-ranges.ts'
import { labSubject } from '../../lab/proof.ts'
import { up } from '../../lab/stack.ts'
import { liveWeakenings, type LiveWeakening } from '../../proof/attacks/live-weakenings.ts'
import { proveIsolation } from '../../proof/isolation/run.ts'
import { isFault, isProven } from '../../proof/isolation/trial.ts'
import { freshLab, kubectl, onWorker } from './lab.ts'

const minutes = (count: number) => count * 60_000
const subject = labSubject()
const spec = subject.config.tenants.find(({ name }) => name === subject.tenant)!
const tenant = renderTenant(spec, { closed: closedRanges(subject.config).map(({ range }) => range), nodeLocalDns: subject.config.cluster.nodeLocalDns })[0]!
const say = () => undefined

describe('a live tenant under attack', function () {
  this.timeout(minutes(8))

  before(async function () {
    this.timeout(minutes(20))
    await freshLab()
    await up({ stdio: 'pipe' })
  })

  it('keeps every attack out, those too that end only when the kubelet has counted', async () => {
    const { trials, seconds } = await proveIsolation(subject, { quick: false, say })
    assert.deepEqual(trials.filter(isFault), [])
    assert.ok(isProven(trials))
    console.log(`        ${trials.length} attacks in ${seconds} s`)
  })

  for (const weakening of liveWeakenings(tenant)) {
    it(`falls to the attacks on ${weakening.control} when ${weakening.title}`, async () => {
      const { control, survivors = [], without = [] } = weakening
      await administer(weakening, 'weaken')
      try {
        const { trials } = await proveIsolation(subject, { quick: false, only: (aim) => aim.control === control && !without.includes(aim.id), say })
        const tried = trials.filter(({ verdict }) => verdict !== 'nothing there')
        assert.ok(tried.length > survivors.length, `no attack is aimed at ${control}`)
        assert.deepEqual(tried.filter(({ verdict, aim }) => verdict !== (survivors.includes(aim.id) ? 'refused' : 'succeeded')), [])
      } finally {
        await administer(weakening, 'restore')
      }
    })
  }

  it('is whole again afterwards, and nothing of the attacks is left', async () => {
    assert.equal((await up({ stdio: 'pipe' })).changed, false)
    const { stdout } = await subject.run('kubectl', ['--context', subject.context, 'get', 'pods,services', '-A', '-l', 'app.kubernetes.io/managed-by=annex-proof', '-o', 'name'])
    assert.equal(stdout, '')
  })
})

async function administer({ weaken, restore, weakenNode, restoreNode }: LiveWeakening, what: 'weaken' | 'restore'): Promise<void> {
  const onNode = what === 'weaken' ? weakenNode : restoreNode
  if (onNode !== undefined) await onWorker(onNode)
  for (const { command, input } of what === 'weaken' ? weaken : restore) await kubectl(command, input && JSON.stringify(input))
}
