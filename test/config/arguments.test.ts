import assert from 'node:assert/strict'
import type * as pulumi from '@pulumi/pulumi'
import { renderWorkerHost } from '../../components/vps-worker/render.ts'
import { placementAdmissionArgs, platformArgs, tenantAdmissionArgs, workerArgs } from '../../config/arguments.ts'
import type { Settings } from '../../config/config.ts'
import type { Worker } from '../../config/schema.ts'
import type { Inspection } from '../../preflight/inspect.ts'
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

describe('a worker', () => {
  const settings = settingsOf('Pulumi.dev.yaml')
  const argsOf = (worker: Partial<Worker>, more: Partial<Settings> = {}, found: Partial<Inspection> = {}) =>
    workerArgs({ ...settings, ...more }, { ...settings.workers[0]!, ...worker }, { network: () => ({ interface: 'wg0', nodeAddress: '10.100.0.11', ready: [] }) }, { mounted: {} }, { ...bareHosts(settings), ...found }, [])
  const host = (args: ReturnType<typeof argsOf>) => JSON.stringify(renderWorkerHost({ ...args, ...args.options, interface: 'wg0' }))

  it('is for the one tenant that it is dedicated to, also where that has a stack of its own', () => {
    const dedicated = { ...settings.tenants[0]!, name: 'a', dedicatedNodes: ['vps-worker-1'], stack: 1 }
    assert.equal(argsOf({}).nodePool, 'shared')
    assert.equal(argsOf({}, { tenants: [dedicated] }).nodePool, 'a')
    assert.equal(argsOf({}, { stacked: [dedicated] }).nodePool, 'a')
  })

  it('keeps the port open on which its sshd itself listens, whichever is forwarded to it', () => {
    const { ssh } = settings.workers[0]!
    assert.match(host(argsOf({ ssh: { ...ssh, port: 2222, listenPort: 22 } })), / tcp dport 22 accept/)
    assert.match(host(argsOf({ ssh: { ...ssh, port: 2222 } })), / tcp dport 2222 accept/)
  })

  it('gives pods the name servers that the preflight found on the host', () => {
    assert.match(host(argsOf({}, {}, { resolvConf: { 'vps-worker-1': '/run/systemd/resolve/resolv.conf' } })), /resolvConf: \/run\/systemd\/resolve\/resolv\.conf\\n/)
    assert.match(host(argsOf({})), /resolvConf: \/etc\/resolv\.conf\\n/)
  })
})

describe('the admission policies', () => {
  const settings = settingsOf('Pulumi.dev.yaml')

  it('fill in what a tenant’s pods lack from Kubernetes 1.36 on, whose API server can', () => {
    const mutating = (version: string) => tenantAdmissionArgs(settings, { ...bareHosts(settings), version }).mutating
    assert.deepEqual(['v1.35.9', 'v1.36.0', 'v1.36.3-eks-1'].map(mutating), [false, true, true])
  })

  it('keep other pods off the workers as soon as the taint of one only prefers it', () => {
    const preferNoSchedule = (...effects: Worker['taintEffect'][]) =>
      placementAdmissionArgs({ ...settings, workers: effects.map((taintEffect) => ({ ...settings.workers[0]!, taintEffect })) }, bareHosts(settings))!.preferNoSchedule
    assert.equal(preferNoSchedule('NoSchedule', 'PreferNoSchedule'), true)
    assert.equal(preferNoSchedule('NoSchedule', 'NoSchedule'), false)
  })
})

describe('the platform', () => {
  const settings = settingsOf('Pulumi.dev.yaml')
  const [one, two] = settings.tenants.map((tenant) => ({ ...tenant, protect: false }))

  it('takes over no namespace that is somebody else’s', () => {
    assert.deepEqual(platformArgs(settings, { ...bareHosts(settings), ownPlatformNamespaces: ['paas-operators'] }).namespaces, ['paas-operators'])
  })

  it('is protected as long as one tenant is, or one has a stack of its own', () => {
    const isProtected = (tenants: Settings['tenants'], stacked: Settings['stacked'] = []) => platformArgs({ ...settings, tenants, stacked }, bareHosts(settings)).protect
    assert.equal(isProtected([one!, two!]), false)
    assert.equal(isProtected([one!, { ...two!, protect: true }]), true)
    assert.equal(isProtected([], [{ ...one!, stack: 1 }]), true)
  })
})
