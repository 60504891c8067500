import assert from 'node:assert/strict'
import type * as pulumi from '@pulumi/pulumi'
import { tenantAdmissionArgs, workerArgs } from '../../config/arguments.ts'
import { bareHosts, settingsOf } from '../settings.ts'

describe('images on a node\'s disk', () => {
  const settings = settingsOf('Pulumi.dev.yaml')
  const pullAll = (kubernetesVersion: string, ...kubelets: string[]) =>
    tenantAdmissionArgs({ ...settings, packages: { ...settings.packages, kubernetesVersion } }, { ...bareHosts(settings), kubelets }).pullAll

  it('are pulled anew for every tenant until each kubelet asks for their credentials by itself', () => {
    assert.equal(pullAll('1.36.3-1.1'), false)
    assert.equal(pullAll('1.36.3-1.1', 'v1.35.0', 'v1.36.3'), false)
    assert.equal(pullAll('1.36.3-1.1', 'v1.36.3', 'v1.34.9'), true)
    assert.equal(pullAll('1.36.3-1.1', ''), true)
    assert.equal(pullAll('1.34.9-1.1', 'v1.36.3'), true)
  })
})

describe('another minor', () => {
  const settings = settingsOf('Pulumi.dev.yaml')
  const network = { interface: 'wg0', nodeAddress: '10.100.0.11', ready: [] }
  const before = ['first', 'second'].map((nodeName) => ({ nodeName, ready: [nodeName as unknown as pulumi.Resource] }))
  const after = (...names: string[]) => {
    const upgrades = Object.fromEntries(names.map((name) => [name, { changes: [], drains: 1, inTurn: true }]))
    return workerArgs(settings, settings.workers[0]!, { network: () => network }, { mounted: {} }, { ...bareHosts(settings), upgrades }, before).upgradeAfter
  }

  it('comes to a worker after those before it that get one too, and makes no other worker wait', () => {
    assert.deepEqual(after('vps-worker-1', 'second'), ['second'])
    assert.deepEqual(after('vps-worker-1', 'first', 'second'), ['first', 'second'])
    assert.deepEqual(after('vps-worker-1'), [])
    assert.deepEqual(after('first', 'second'), [])
  })
})
