import assert from 'node:assert/strict'
import { admissionArgs } from '../../config/arguments.ts'
import { bareHosts, settingsOf } from '../settings.ts'

describe('images on a node\'s disk', () => {
  const settings = settingsOf('Pulumi.dev.yaml')
  const pullAll = (kubernetesVersion: string, ...kubelets: string[]) =>
    admissionArgs({ ...settings, packages: { ...settings.packages, kubernetesVersion } }, { ...bareHosts(settings), kubelets }).pullAll

  it('are pulled anew for every tenant until each kubelet asks for their credentials by itself', () => {
    assert.equal(pullAll('1.36.3-1.1'), false)
    assert.equal(pullAll('1.36.3-1.1', 'v1.35.0', 'v1.36.3'), false)
    assert.equal(pullAll('1.36.3-1.1', 'v1.36.3', 'v1.34.9'), true)
    assert.equal(pullAll('1.36.3-1.1', ''), true)
    assert.equal(pullAll('1.34.9-1.1', 'v1.36.3'), true)
  })
})
