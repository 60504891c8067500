import { attacks } from '../../../proof/attacks/attacks.ts'
import { all, type Attacked, startAttacked } from './attacked.ts'

describe('a tenant that is weakened in one control at a time', function () {
  this.timeout(600_000)
  let attacked: Attacked

  before(async () => { attacked = await startAttacked() })
  after(() => attacked?.stop())

  for (const weakening of all) {
    it(`falls to exactly the attacks on ${weakening.control} when ${weakening.title}`, () => attacked.weakened(weakening, attacks))
  }
})
