import assert from 'node:assert/strict'
import { judgeNodePools } from '../../preflight/judge-node-pools.ts'

const volume = { name: 'local-vps-1-data', stack: 'dev', size: '1Gi', phase: 'Bound', claim: 'two-db/data' }
const pools = { one: 'one', two: 'shared', 'two-db': 'shared' }
const node = (pool: string) => [{ node: 'vps-1', pool, volumes: ['local-vps-1-data'] }]

describe('the pool of a node', () => {
  it('may change where nobody else has data', () => {
    assert.deepEqual(judgeNodePools(node('one'), pools, []), [])
    assert.deepEqual(judgeNodePools(node('one'), pools, [{ ...volume, claim: 'one/data' }]), [])
    assert.deepEqual(judgeNodePools(node('one'), pools, [{ ...volume, phase: 'Released' }]), [])
    assert.deepEqual(judgeNodePools(node('shared'), pools, [volume]), [])
  })
  it('may not while a tenant of another pool has data there', () => {
    assert.match(judgeNodePools(node('one'), pools, [volume])[0]!, /vps-1 will take pods of the pool one only, but the claim two-db\/data of the pool shared has its data there/)
  })
})
