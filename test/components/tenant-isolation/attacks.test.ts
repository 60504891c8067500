import assert from 'node:assert/strict'
import { attacks } from '../../../proof/attacks/attacks.ts'
import { type Attacked, openAttacker, startAttacked, told } from './attacked.ts'

describe('a tenant under attack, on a real API server', function () {
  this.timeout(240_000)
  let attacked: Attacked

  before(async () => { attacked = await startAttacked() })
  after(() => attacked?.stop())

  it('sees every attack succeed where nothing stands in the way', async () => {
    const tried = await attacked.tryAll(attacks, openAttacker)
    assert.deepEqual(tried.filter(({ outcome }) => outcome !== 'done').map(told), [])
  })

  it('keeps every attack out, each by the control that it is aimed at, and lets the tenant serve itself', async () => {
    assert.deepEqual((await attacked.failures(attacks)).map(told), [])
  })
})
