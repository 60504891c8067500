import assert from 'node:assert/strict'
import { judgeJoins, serverWarnings } from '../../preflight/judge-join.ts'

describe('where the cluster says that it is', () => {
  it('is told where a worker may not find it', () => {
    assert.match(serverWarnings('k8s.internal:6443', '10.10.0.10:6443').join(), /names itself k8s\.internal:6443 .*beside annex:cluster\.apiServer = 10\.10\.0\.10:6443/)
    assert.deepEqual(serverWarnings('10.10.0.10:6443', '10.10.0.10:6443'), [])
    assert.deepEqual(serverWarnings('k8s.internal:6443', 'K8s.Internal:6443'), [], 'a DNS name in capitals')
    assert.deepEqual(serverWarnings(undefined, '10.10.0.10:6443'), [])
  })
})

describe('what kubeadm join reads', () => {
  it('is a fault where the cluster has not got it', () => {
    assert.match(judgeJoins(['kube-public/cluster-info']).join(), /^the cluster has no kube-public\/cluster-info, which "kubeadm join" reads/)
    assert.deepEqual(judgeJoins([]), [])
  })
})
