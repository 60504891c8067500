import assert from 'node:assert/strict'
import type { Outcome } from '../../proof/attacks/attack.ts'
import { placed } from '../../proof/attacks/inside.ts'
import { isFault, isProven, judge, type Aim, type Verdict } from '../../proof/isolation/trial.ts'
import { bad, good } from './trials.ts'

const aim = (change: Partial<Aim>): Aim => ({ id: 'x', title: 'x', control: 'x', expected: 'refused', ...change })
const outcomes: Outcome[] = ['done', 'refused', 'unclear']

/** Rows: the unprotected namespace; columns: the tenant; both in the order of `outcomes`. */
function verdicts(of: Aim): Verdict[][] {
  return outcomes.map((open) => outcomes.map((tenant) => judge(of, open, tenant)))
}

describe('what two tries of an attack show', () => {
  it('is that it was refused only where it succeeded without a control, and met the control', () => {
    assert.deepEqual(verdicts(aim({})), [
      ['succeeded', 'refused', 'not shown'],
      ['succeeded', 'not shown', 'not shown'],
      ['succeeded', 'not shown', 'not shown'],
    ])
  })

  it('is that self-service is allowed only where it is possible at all', () => {
    assert.deepEqual(verdicts(aim({ expected: 'allowed' })), [
      ['allowed', 'denied', 'not shown'],
      ['not shown', 'not shown', 'not shown'],
      ['not shown', 'not shown', 'not shown'],
    ])
  })

  it('is said openly where nothing bounds it', () => {
    assert.deepEqual(verdicts(aim({ unbounded: 'why' })), [
      ['not bounded', 'refused', 'not shown'],
      ['not bounded', 'not shown', 'not shown'],
      ['not bounded', 'not shown', 'not shown'],
    ])
  })

  it('is nothing where there is nobody to attack, but never where the tenant reached somebody', () => {
    assert.deepEqual(verdicts(aim({ mayBeAbsent: 'why' })), [
      ['succeeded', 'refused', 'not shown'],
      ['succeeded', 'nothing there', 'nothing there'],
      ['succeeded', 'not shown', 'not shown'],
    ])
  })

  it('proves the tenant only without any fault, and not without any attack', () => {
    assert.equal(isProven(good), true)
    for (const one of bad) {
      assert.ok(isFault(one))
      assert.equal(isProven([...good, one]), false)
    }
    assert.equal(isProven([]), false)
    assert.equal(isProven(good.filter(({ verdict }) => verdict !== 'refused')), false)
  })
})

describe('the words of an attack from inside', () => {
  it('are filled in, and a shell’s own braces are not words', () => {
    assert.deepEqual(placed('nc {node} {port} | awk "{ print }"', { words: { node: '10.0.0.1', port: '22' }, absent: {} }), { script: 'nc 10.0.0.1 22 | awk "{ print }"' })
  })

  it('stop it with the reason where one means nothing in this cluster', () => {
    assert.deepEqual(placed('nc {node}', { words: {}, absent: { node: 'there is one node only' } }), { reason: 'there is one node only' })
  })
})
