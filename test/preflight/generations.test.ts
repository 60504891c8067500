import assert from 'node:assert/strict'
import { generations, lastSection } from '../../preflight/generations.ts'
import { settingsOf } from '../settings.ts'

const now = new Date('2026-11-27T12:00:00Z')
const difference = { kind: 'file', id: '/etc/a', what: 'content differs' }
const section = (name: string, generation = 0, ...differences: typeof difference[]) => ({ section: name, generation, differences })

describe('a section of a host is run again although its document is the same', () => {
  const of = (...args: Parameters<typeof generations>) => generations(args[0], args[1], args[2], now)

  it('where it is no longer as the last run left it', () => {
    assert.deepEqual(of('vps', [section('vps-worker', 3, difference), section('vps-join', 1)], 'vps-join'), { bySection: { 'vps-worker': 4, 'vps-join': 1 }, others: 0 })
  })
  it('where the host has lost it, with a number that no run had before', () => {
    assert.deepEqual(of('vps', [], 'vps-join'), { bySection: {}, others: now.getTime() / 1000 })
  })
  it('where the run that brought the others back was cut before it', () => {
    const before = now.getTime() / 1000 - 60
    assert.deepEqual(of('vps', [section('vps-worker', before)], 'vps-join'), { bySection: { 'vps-worker': before }, others: now.getTime() / 1000 })
  })
  it('and not on a host that no update has set up', () => assert.deepEqual(of('vps', [], undefined), { bySection: {}, others: 0 }))
})

describe('an update has set a host up before', () => {
  const settings = settingsOf('Pulumi.dev.yaml')
  const [gateway, worker] = [settings.tunnel.gateways[0]!.name, settings.workers[0]!]
  const of = (host: string, cluster: Partial<Parameters<typeof lastSection>[2]>) => lastSection(settings, host, { nodes: [], volumes: [], ...cluster })
  const node = { name: worker.name, machineId: 'aaa', ready: false, addresses: [], taints: [], kubelet: 'v1.36.3', containerRuntime: 'containerd://2.2.7', drains: 0, inUpgrade: false, cordoned: false }
  const volume = { name: `${worker.name}-${worker.storage.volumes[0]!.name}`, stack: settings.stack, size: '64Mi', phase: 'Bound', claim: undefined }

  it('where the cluster has its node', () => assert.equal(of(worker.name, { nodes: [node] }), 'vps-join'))
  it('where the node is gone, but not its volumes', () => assert.equal(of(worker.name, { volumes: [volume] }), 'vps-join'))
  it('where it is the gateway of a worker that has joined', () => assert.equal(of(gateway, { nodes: [node] }), 'wireguard-tunnel'))
  it('and has not where the cluster knows nothing of this stack', () => {
    const others = { nodes: [{ ...node, name: 'another' }], volumes: [{ ...volume, stack: 'another' }] }
    assert.deepEqual([of(worker.name, others), of(gateway, others)], [undefined, undefined])
  })
})
