import assert from 'node:assert/strict'
import type { HostFacts } from '../../host/facts.ts'
import type { ClusterFacts } from '../../preflight/cluster.ts'
import { warningsOf } from '../../preflight/warnings.ts'
import { settingsOf } from '../settings.ts'
import { facts } from './good-host.ts'

const settings = settingsOf('Pulumi.dev.yaml')
const node = {
  name: 'vps-worker-1', machineId: 'bbb', ready: true, addresses: ['10.100.0.11'], taints: [{ key: 'paas-tier', value: 'tenant', effect: 'NoSchedule' }],
  kubelet: 'v1.36.3', containerRuntime: 'containerd://2.2.7', drains: 0, inUpgrade: false, cordoned: false,
}
const namespaces = ['paas-system', 'annex-volumes', 'paas-tenant-1'].map((name) => ({ name, managedBy: 'annex', stack: 'test' }))
const flannel = { kind: 'DaemonSet' as const, metadata: { namespace: 'kube-flannel', name: 'flannel' }, spec: { template: { spec: { containers: [{ image: 'ghcr.io/flannel-io/flannel:v0.28.10' }] } } } }

/** What is told of a good host and a good cluster, but for a change of each. */
function warnings(cluster: Partial<ClusterFacts>, { joining = 0, server = settings.cluster.apiServer, host = {} }: { joining?: number; server?: string; host?: Partial<HostFacts> } = {}): string[] {
  const hosts = [{ name: 'gateway', report: { facts: { ...facts, ...host }, now: facts.clock, documents: [], converged: [] } }]
  return warningsOf(settings, hosts, { version: 'v1.36.3', caCertHash: 'sha256:0', nodes: [node], namespaces, volumes: [], storageClass: undefined, daemonSets: [], ...cluster }, joining, server)
}

/** What is told, and how it begins. */
const cases: Record<string, [string[], RegExp]> = {
  'namespaces that leave with all that is in them': [warnings({ namespaces: [...namespaces, { name: 'gone', managedBy: 'annex', stack: 'test' }] }), /^these namespaces are no longer in the configuration[^]*\n  - gone$/],
  'what is in the way on a host': [warnings({}, { host: { firewalls: ['ufw'] } }), /^gateway: ufw is switched on.*UDP port 51820/],
  'another taint': [warnings({ nodes: [{ ...node, taints: [] }] }), /^vps-worker-1: the node has no taint paas-tier=tenant, .* is NoSchedule/],
  'an upgrade': [warnings({ nodes: [{ ...node, kubelet: 'v1.35.6' }] }), /^vps-worker-1: kubelet from v1\.35\.6 to 1\.36\.3-1\.1 is another minor/],
  'another address': [warnings({ nodes: [{ ...node, addresses: ['10.100.0.12'] }] }), /^vps-worker-1: its node has the address 10\.100\.0\.12, and this update gives it 10\.100\.0\.11/],
  'a CNI that would not reach a worker that joins': [warnings({ daemonSets: [flannel] }, { joining: 1 }), /^the CNI's DaemonSet kube-flannel\/flannel takes the interface of the default route/],
  'a name of the cluster that a worker which joins has to find': [warnings({}, { joining: 1, server: 'k8s.internal:6443' }), /^the cluster names itself k8s\.internal:6443 .* annex:cluster\.apiServer = 10\.10\.0\.10:6443/],
}

describe('before an update a person is told', () => {
  it('nothing where all is as it should be', () => assert.deepEqual(warnings({}, { joining: 1 }), []))

  for (const [title, [told, begins]] of Object.entries(cases)) {
    it(`of ${title}`, () => {
      assert.equal(told.length, 1, told.join('\n'))
      assert.match(told[0]!, begins)
    })
  }

  it('nothing of the CNI and of the cluster\'s name where nobody joins', () => assert.deepEqual(warnings({ daemonSets: [flannel] }, { server: 'k8s.internal:6443' }), []))
})
