import assert from 'node:assert/strict'
import { judgeStorageClass } from '../../preflight/judge-storage-class.ts'

describe('the class of local volumes', () => {
  it('is made, or annex\'s own', () => {
    assert.deepEqual(judgeStorageClass(undefined), [])
    assert.deepEqual(judgeStorageClass({ managedBy: 'annex' }), [])
  })
  it('may be nobody else\'s, whose fields an update could not change', () => {
    assert.match(judgeStorageClass({ managedBy: undefined })[0]!, /managed-by is not set.*kubectl delete storageclass local-storage-vps\. .*kubectl label storageclass local-storage-vps app\.kubernetes\.io\/managed-by=annex$/)
  })
})
