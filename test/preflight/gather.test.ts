import assert from 'node:assert/strict'
import type { HostReport } from '../../host/engine.ts'
import { isJoined } from '../../preflight/gather.ts'

const cluster = { nodes: [{ name: 'vps', machineId: 'aaa', ready: true, addresses: [], taints: [], kubelet: 'v1.36.3', containerRuntime: 'containerd://2.2.7', drains: 0, inUpgrade: false, cordoned: false }] }

function report(joined: boolean, ...differences: { kind: string; id: string; what: string }[]): HostReport {
  const facts = joined ? { node: { name: 'vps', apiServer: '10.10.0.10:6443' } } : {}
  return { facts: facts as HostReport['facts'], now: 0, documents: [], converged: [{ section: 'vps-join', generation: 0, differences }] }
}

describe('a bootstrap token is made', () => {
  it('for no host that is a node of the cluster', () => {
    assert.ok(isJoined('vps', report(true), cluster))
    assert.ok(isJoined('vps', report(true, { kind: 'file', id: '/etc/a', what: 'content differs' }), cluster))
  })
  it('for one that has not joined', () => assert.ok(!isJoined('vps', report(false), cluster)))
  it('for one that the cluster has forgotten, though the files of its join are there', () => {
    assert.ok(!isJoined('vps', report(true), { nodes: [] }))
    assert.ok(!isJoined('vps', report(true, { kind: 'join', id: 'vps', what: 'the cluster has no such node any more' }), { nodes: [] }))
  })
  it('for one whose credential the cluster refuses', () => {
    assert.ok(!isJoined('vps', report(true, { kind: 'join', id: 'vps', what: "the cluster does not take the kubelet's credential any more" }), cluster))
  })
})
