import assert from 'node:assert/strict'
import type { Settings } from '../../config/config.ts'
import type { HostFacts } from '../../host/facts.ts'
import type { ClusterFacts, NamespaceFacts } from '../../preflight/cluster.ts'
import { faultsOf } from '../../preflight/faults.ts'
import type { Seen } from '../../preflight/gather.ts'
import { settingsOf } from '../settings.ts'
import { facts } from './good-host.ts'

const settings = settingsOf('Pulumi.dev.yaml')
const [tenant, other] = settings.tenants

const answer = <T>(value: T) => ({ status: 'fulfilled' as const, value })
const silence = (message: string) => ({ status: 'rejected' as const, reason: new Error(message) })
const host = (name: string, change: Partial<HostFacts>) => ({ name, report: answer({ facts: { ...facts, ...change }, now: facts.clock, documents: [], converged: [] }) })

const hosts = (gateway: Partial<HostFacts>, worker: Partial<HostFacts>) => ({ hosts: [host('gateway', { machineId: 'aaa', ...gateway }), host('vps-worker-1', { machineId: 'bbb', ...worker })] })

const node = { name: 'vps-worker-1', machineId: 'bbb', ready: true, addresses: ['10.100.0.11'], taints: [], kubelet: 'v1.36.3', containerRuntime: 'containerd://2.2.7', drains: 0, inUpgrade: false, cordoned: false }
const volume = { name: 'vps-worker-1-vol-1', stack: 'test', size: '64Mi', phase: 'Bound', claim: 'paas-tenant-1/data' }
const own: NamespaceFacts[] = ['paas-system', 'paas-operators', 'paas-tenant-1', 'paas-tenant-2'].map((name) => ({ name, managedBy: 'annex', stack: 'test' }))
const cluster: ClusterFacts = { version: 'v1.36.3', caCertHash: 'sha256:0', nodes: [node], namespaces: own, volumes: [volume], storageClass: { managedBy: 'annex' }, daemonSets: [] }
const inCluster = (change: Partial<ClusterFacts>) => ({ cluster: answer({ ...cluster, ...change }) })
const namespace = (name: string, change: Partial<NamespaceFacts>) => inCluster({ namespaces: [{ name, managedBy: 'annex', stack: 'test', ...change }] })

const good: Seen = { ...hosts({}, {}), cluster: answer(cluster), admission: answer(undefined), joining: [], forJoin: { missing: [], server: undefined } }

const to = settings.cluster.apiServer
const joined = { apiServer: '10.9.0.1:6443', authority: '' }
const stacked = { ...other!, name: 'paas-tenant-9', stack: 1 }

/** Each case is one thing that is wrong, and the one sentence that tells it; a third part is what the configuration has beside. */
const cases: Record<string, [Partial<Seen>, RegExp, Partial<Settings>?]> = {
  'a cluster that does not answer': [{ cluster: silence('no cluster') }, /^no cluster$/],
  'policies of admission that cannot be read': [{ admission: silence('no policies') }, /^no policies$/],
  'what kubeadm join reads and the cluster has not': [{ forJoin: { missing: ['kube-public/cluster-info'], server: undefined } }, /^the cluster has no kube-public\/cluster-info/],
  'a host that does not answer': [{ hosts: [good.hosts[0]!, { name: 'vps-worker-1', report: silence('no route') }] }, /^vps-worker-1: no route$/],
  'a worker that does not fit': [hosts({}, { swap: ['/swapfile'] }), /^vps-worker-1: swap is on \(\/swapfile\); the kubelet wants none\. swapoff -a/],
  'a gateway that does not fit': [hosts({ architecture: 'riscv64' }, {}), /^gateway: its processor is riscv64; x86_64 or aarch64 is needed\. Take another host/],
  'a gateway that the cloud sends no answers': [hosts({ probes: { dial: [{ to, ok: true, what: '' }, { to, from: '10.100.0.1', ok: false, what: 'no answer' }] } }, {}), /^gateway: .* needs an entry for 10\.100\.0\.0\/24, next hop 10\.10\.0\.2/],
  'two hosts that are one': [hosts({ machineId: 'bbb' }, {}), /^vps-worker-1: its machine id bbb is that of gateway too/],
  'a node of that name that is another host': [inCluster({ nodes: [{ ...node, machineId: 'ccc' }] }), /^vps-worker-1: the node name vps-worker-1 is taken by another host/],
  'a worker that is a node elsewhere': [hosts({}, { node: { name: 'vps-worker-1', ...joined } }), /^vps-worker-1: the host is already node vps-worker-1 of the cluster at 10\.9\.0\.1:6443, and should become vps-worker-1 of 10\.10\.0\.10:6443/],
  'a kubelet newer than its API server': [inCluster({ version: 'v1.35.0' }), /^vps-worker-1: annex:packages\.kubernetesVersion = 1\.36\.3-1\.1, but the API server is v1\.35\.0/],
  'a tenant\'s namespace that is not annex\'s': [namespace('paas-tenant-1', { managedBy: 'Helm' }), /^the namespace paas-tenant-1 exists and is not annex's/],
  'a further namespace of a tenant that is not annex\'s': [namespace('team-db', { managedBy: 'Helm' }), /^the namespace team-db exists and is not annex's/, { tenants: [tenant!, { ...other!, namespaces: [{ name: 'team-db', quota: other!.quota }] }] }],
  'a namespace of the hosts\' accounts that is not annex\'s': [namespace('annex-volumes', { managedBy: undefined }), /^the namespace annex-volumes exists and is not annex's/],
  'a platform of another stack': [namespace('paas-system', { stack: 'prod' }), /^the namespace paas-system belongs to the stack prod/],
  'a namespace that is to be another tenant\'s': [namespace('paas-tenant-1', { tenant: 'paas-tenant-2' }), /^the namespace paas-tenant-1 is the tenant paas-tenant-2's, and should become paas-tenant-1's/],
  'a StorageClass that is not annex\'s': [inCluster({ storageClass: { managedBy: 'Helm' } }), /^the StorageClass local-storage-vps exists and is not annex's/],
  'a volume with data that the configuration no longer has': [inCluster({ volumes: [{ ...volume, name: 'vps-worker-1-vol-9' }] }), /^the volume vps-worker-1-vol-9 \(64Mi\) is no longer in annex:workers/],
  'a node taken from a tenant with data there': [{}, /^vps-worker-1 will take pods of the pool paas-tenant-2 only, but the claim paas-tenant-1\/data of the pool shared/, { tenants: [tenant!, { ...other!, dedicatedNodes: ['vps-worker-1'] }] }],
  'a node given to a tenant of another stack': [{}, /^vps-worker-1 will take pods of the pool paas-tenant-9 only, but the claim paas-tenant-1\/data of the pool shared/, { stacked: [{ ...stacked, dedicatedNodes: ['vps-worker-1'] }] }],
  'a node taken from a tenant of another stack': [inCluster({ volumes: [{ ...volume, claim: 'paas-tenant-9/data' }] }), /^vps-worker-1 will take pods of the pool paas-tenant-2 only, but the claim paas-tenant-9\/data of the pool shared/, { tenants: [tenant!, { ...other!, dedicatedNodes: ['vps-worker-1'] }], stacked: [stacked] }],
}

describe('the preflight', () => {
  it('finds nothing in the way of an update that fits', () => assert.deepEqual(faultsOf(settings, good), []))

  for (const [title, [seen, told, configured]] of Object.entries(cases)) {
    it(`tells of ${title}, once`, () => {
      const [fault, ...others] = faultsOf({ ...settings, ...configured }, { ...good, ...seen })
      assert.match(fault ?? '', told)
      assert.deepEqual(others, [])
    })
  }

  it('judges each host by itself where the cluster does not answer, which is told once', () => {
    const seen: Seen = { ...good, ...hosts({}, { swap: ['/swapfile'] }), cluster: silence('no cluster'), admission: silence('no policies') }
    assert.deepEqual(faultsOf(settings, seen).map((fault) => fault.slice(0, 21)), ['no cluster', 'vps-worker-1: swap is'])
  })
})
