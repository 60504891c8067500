import assert from 'node:assert/strict'
import { judgeVolumes } from '../../preflight/judge-volumes.ts'

const volume = { name: 'vps-1-vol-2', stack: 'prod', size: '10Gi', phase: 'Available', claim: undefined }

describe('volumes that the configuration no longer has', () => {
  it('may go while nobody has data there', () => assert.deepEqual(judgeVolumes(['vps-1-vol-1'], 'prod', [volume]), []))
  it('are kept while a claim is bound to them, which is named', () => {
    assert.match(judgeVolumes([], 'prod', [{ ...volume, phase: 'Bound', claim: 'team/data-db-0' }]).join(), /^the volume vps-1-vol-2 \(10Gi\) is no longer in annex:workers, but the claim team\/data-db-0 has its data there.*kubectl delete persistentvolumeclaim -n team data-db-0$/)
  })
  it('are kept while they hold what a claim has left, also where nothing says what is to happen to it', () => {
    for (const reclaim of ['retain', undefined]) assert.match(judgeVolumes([], 'prod', [{ ...volume, phase: 'Released', claim: 'team/data-db-0', reclaim }]).join(), /still holds what the claim team\/data-db-0 has left.*kubectl delete persistentvolume vps-1-vol-2/)
  })
  it('may go while the host has not yet wiped what a claim has left, where it is to be wiped', () => {
    assert.deepEqual(judgeVolumes([], 'prod', [{ ...volume, phase: 'Released', claim: 'team/data-db-0', reclaim: 'wipe' }]), [])
  })
  it('are all told at once, and those of another stack, or still wanted, are none of them', () => {
    const bound = { ...volume, phase: 'Bound', claim: 'a/b' }
    assert.equal(judgeVolumes(['wanted'], 'prod', [bound, { ...bound, name: 'x' }, { ...bound, name: 'wanted' }, { ...bound, stack: 'dev' }]).length, 2)
  })
})
