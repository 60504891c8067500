import assert from 'node:assert/strict'
import type { NodeFacts } from '../../preflight/cluster.ts'
import { upgradeOf, upgradeWarning } from '../../preflight/upgrades.ts'

const node: NodeFacts = { name: 'vps', machineId: 'aaa', ready: true, addresses: [], taints: [], kubelet: 'v1.36.3', containerRuntime: 'containerd://2.2.7', drains: 3, inUpgrade: false, cordoned: false }
const packages = { kubernetesVersion: '1.36.3-1.1', containerdVersion: '2.2.7-1~debian.12~bookworm' }
const upgrade = (wanted: Partial<typeof packages>, is: Partial<NodeFacts> = {}) => upgradeOf('vps', { ...packages, ...wanted }, { nodes: [{ ...node, ...is }] })
const warning = (wanted: Partial<typeof packages>, is: Partial<NodeFacts> = {}) => upgradeWarning('vps', upgrade(wanted, is), { nodes: [{ ...node, ...is }] })

describe('an upgrade', () => {
  it('to another minor of the kubelet or of containerd is one more drain, and is told of with what the node has', () => {
    assert.deepEqual(upgrade({ kubernetesVersion: '1.37.0-1.1' }), { changes: ['kubelet from v1.36.3 to 1.37.0-1.1'], drains: 4, inTurn: true })
    assert.deepEqual(upgrade({ kubernetesVersion: '1.35.6-1.1', containerdVersion: '2.3.0-1' }).changes, ['kubelet from v1.36.3 to 1.35.6-1.1', 'containerd from 2.2.7 to 2.3.0-1'])
    assert.match(warning({ kubernetesVersion: '1.37.0-1.1' })!, /^kubelet from v1\.36\.3 to 1\.37\.0-1\.1 is another minor: its node is drained before/)
  })

  it('is none where the patch alone is another, or the node is still to come', () => {
    assert.deepEqual(upgrade({ kubernetesVersion: '1.36.9-1.1', containerdVersion: '2.2.10-1' }), { changes: [], drains: 3, inTurn: false })
    assert.deepEqual(upgradeOf('new', { ...packages, kubernetesVersion: '1.37.0-1.1' }, { nodes: [node] }), { changes: [], drains: 0, inTurn: false })
    assert.equal(warning({}), undefined)
  })

  it('drains no node that is not Ready, keeps no other waiting for it, and says so', () => {
    assert.deepEqual(upgrade({ kubernetesVersion: '1.37.0-1.1' }, { ready: false }), { changes: ['kubelet from v1.36.3 to 1.37.0-1.1'], drains: 3, inTurn: false })
    assert.match(warning({ kubernetesVersion: '1.37.0-1.1' }, { ready: false })!, /its node is not Ready, so it is not drained before/)
  })

  it('that was cut keeps the others waiting until its node takes pods, also where the version is as it should be', () => {
    assert.deepEqual(upgrade({}, { inUpgrade: true }), { changes: [], drains: 3, inTurn: true })
    assert.equal(upgrade({ kubernetesVersion: '1.37.0-1.1' }, { inUpgrade: true, ready: false }).inTurn, true)
    assert.equal(warning({}, { inUpgrade: true }), undefined)
    assert.match(warning({}, { inUpgrade: true, cordoned: true })!, /takes no pods since an upgrade that failed or was cut/)
  })
})
