import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { growthExponent, median, taken } from '../../../lab/scale/figures.ts'

describe('the figures of the bench', () => {
  it('have the power with which time grows', () => {
    for (const power of [0.5, 1, 2]) assert.ok(Math.abs(growthExponent([25, 250, 1000].map((size) => ({ size, seconds: 3 * size ** power }))) - power) < 1e-9)
  })

  it('have a median', () => assert.equal(median([5, 1, 3]), 3))

  it('count the processors’ seconds of what was started, children of children too', async () => {
    // So much work, not so long: beside others it gets less of the processor in the same time.
    const busy = 'i=0; while [ $i -lt 1000000 ]; do i=$((i + 1)); done'
    const { clock, processor } = await taken(async () => { execFileSync('sh', ['-c', `sh -c '${busy}'`]) })
    assert.ok(clock >= 0.3 && processor > 0.05, `${clock} ${processor}`)
    assert.ok((await taken(async () => { execFileSync('sleep', ['0.3']) })).processor < 0.1)
  })
})
