import assert from 'node:assert/strict'
import { addressWarning, type Candidate, judgeNode, taintWarning, type Wanted } from '../../preflight/judge-node.ts'
import { caCertHash, type ClusterFacts } from '../../preflight/cluster.ts'
import { certificate } from './certificate.ts'

const wanted: Wanted = { kubernetesVersion: '1.36.3-1.1', apiServer: '10.10.0.10:6443' }
const candidate: Candidate = { name: 'vps-worker-1', machineId: 'aaa' }
const cluster: ClusterFacts = { version: 'v1.36.3', caCertHash: 'sha256:0', nodes: [], namespaces: [], volumes: [], storageClass: undefined, daemonSets: [] }
const node = { name: 'vps-worker-1', machineId: 'aaa', ready: true, addresses: ['10.100.0.11'], taints: [], kubelet: 'v1.36.3', containerRuntime: 'containerd://2.2.7', drains: 0, inUpgrade: false, cordoned: false }

describe('a host that is to become a node', () => {
  it('is accepted where its name is free and its kubelet fits', () => {
    assert.deepEqual(judgeNode(candidate, wanted, cluster), [])
  })
  it('is adopted where it is that node already', () => {
    const joined = { name: 'vps-worker-1', apiServer: '10.10.0.10:6443', authority: '' }
    assert.deepEqual(judgeNode({ ...candidate, joined }, wanted, { ...cluster, nodes: [node] }), [])
  })
  it('is adopted where the cluster has another address now', () => {
    const authority = certificate()
    const joined = { name: 'vps-worker-1', apiServer: '10.9.0.1:6443', authority: Buffer.from(authority).toString('base64') }
    const moved = { ...cluster, caCertHash: caCertHash(authority) }
    assert.deepEqual(judgeNode({ ...candidate, joined }, wanted, { ...moved, nodes: [node] }), [])
    // Another one may have the same authority.
    assert.match(judgeNode({ ...candidate, joined }, wanted, moved)[0]!, /10\.9\.0\.1:6443.*kubeadm reset/)
  })
  it('is refused where another host has its name', () => {
    const [fault] = judgeNode(candidate, wanted, { ...cluster, nodes: [{ ...node, machineId: 'bbb' }] })
    assert.match(fault!, /vps-worker-1 is taken.*bbb.*10\.100\.0\.11/)
  })
  it('is refused under another name, which nobody can give a node, and told what to do instead', () => {
    const joined = { name: 'vps-old', apiServer: wanted.apiServer, authority: '' }
    const [fault, ...others] = judgeNode({ ...candidate, joined }, wanted, { ...cluster, nodes: [{ ...node, name: 'vps-old' }] })
    assert.match(fault!, /is node vps-old of this cluster, and should become vps-worker-1: a worker's name cannot be changed\. Put the old name back/)
    assert.deepEqual(others, [])
  })
  it('is refused where it is a node of another cluster, known by its address and its authority', () => {
    const [fault] = judgeNode({ ...candidate, joined: { name: 'vps-worker-1', apiServer: '10.9.0.1:6443', authority: '' } }, wanted, cluster)
    assert.match(fault!, /10\.9\.0\.1:6443.*kubeadm reset/)
    const authority = Buffer.from(certificate()).toString('base64')
    assert.equal(judgeNode({ ...candidate, joined: { name: 'vps-worker-1', apiServer: '10.9.0.1:6443', authority } }, wanted, { ...cluster, nodes: [node] }).length, 1)
  })
  for (const [version, fits] of [['1.37.0-1.1', false], ['1.36.9-1.1', true], ['1.33.0-1.1', true], ['1.32.9-1.1', false]] as const) {
    it(`${fits ? 'may' : 'may not'} run kubelet ${version} with an API server 1.36`, () => {
      assert.equal(judgeNode(candidate, { ...wanted, kubernetesVersion: version }, cluster).length, fits ? 0 : 1)
    })
  }
  it('is offered no version that the configuration would refuse', () => {
    const [young] = judgeNode(candidate, wanted, { ...cluster, version: 'v1.33.4' })
    assert.match(young!, /Set a version from 1\.31 to 1\.33/)
    const [old] = judgeNode(candidate, wanted, { ...cluster, version: 'v1.30.4' })
    assert.match(old!, /annex needs Kubernetes 1\.31 or newer: upgrade the cluster first/)
  })
})

describe('the taint of a node', () => {
  const warning = (...effects: string[]) => {
    const taints = [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }, ...effects.map((effect) => ({ key: 'paas-tier', value: 'tenant', effect }))]
    return taintWarning('vps-worker-1', 'NoSchedule', { nodes: [{ ...node, taints }] })
  }

  it('is nothing to speak of where it is as configured, or the node is still to come', () => {
    assert.equal(warning('NoSchedule'), undefined)
    assert.equal(taintWarning('vps-worker-1', 'NoSchedule', { nodes: [] }), undefined)
  })
  it('is told of where it has another effect or is gone, with the command that changes it', () => {
    assert.match(warning('PreferNoSchedule')!, /has the taint paas-tier=tenant:PreferNoSchedule, and .*taintEffect is NoSchedule.*: kubectl taint node vps-worker-1 --overwrite paas-tier=tenant:NoSchedule paas-tier=tenant:PreferNoSchedule-$/)
    assert.match(taintWarning('vps-worker-1', 'NoSchedule', { nodes: [{ ...node, taints: [{ key: 'paas-tier', value: 'platform', effect: 'NoSchedule' }] }] })!, /has no taint paas-tier=tenant, /)
    assert.match(warning()!, /has no taint paas-tier=tenant, .*: kubectl taint node vps-worker-1 --overwrite paas-tier=tenant:NoSchedule$/)
  })
})

describe('the address of a node', () => {
  it('is told of where the CNI has taken another one', () => {
    assert.match(addressWarning('vps-worker-1', '10.100.0.12', { nodes: [node] })!, /has the address 10\.100\.0\.11, and this update gives it 10\.100\.0\.12.*--field-selector spec\.nodeName=vps-worker-1$/)
    assert.equal(addressWarning('vps-worker-1', '10.100.0.11', { nodes: [node] }), undefined)
    assert.equal(addressWarning('vps-worker-1', '10.100.0.12', { nodes: [] }), undefined)
  })
})
