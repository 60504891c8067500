import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import fc from 'fast-check'
import { otherPodFaults, tenantPodFaults } from '../../../components/tenant-placement/admission-rules.ts'
import { nodePoolLabel, nodePoolPlacement } from '../../../components/tenant-placement/node-pools.ts'
import { otherPlacement, placePod, type PodSpec, tenantTaint } from '../../../components/tenant-placement/place-pod.ts'
import { type AdmissionApi, findAdmissionApi, type PlacementAdmissionOptions, renderAdmission } from '../../../components/tenant-placement/render-admission.ts'
import { toolPath } from '../../../tools/tools.ts'
import { type Cluster, startCluster } from '../../lab/pulumi/cluster.ts'
import { type Call, callTo, Refused } from './api.ts'
import { validPods } from './arbitrary.ts'

const options: PlacementAdmissionOptions = {
  enforcement: 'deny',
  systemNamespaces: ['kube-system', 'cloud'],
  daemonSets: [{ namespace: 'monitoring', name: 'node-exporter' }],
  schedulers: ['system:kube-scheduler'],
  preferNoSchedule: true,
}
const placement = nodePoolPlacement('a')
const container = { name: 'c', image: 'busybox:1' }
const tenantToleration = { ...tenantTaint, operator: 'Equal', effect: 'NoSchedule' }

const podsOf = (namespace: string) => `/api/v1/namespaces/${namespace}/pods`
const deployments = '/apis/apps/v1/namespaces/tenant/deployments'
const pod = (spec: object, name = 'p', metadata: object = {}) => ({ metadata: { name, ...metadata }, spec: { containers: [container], ...spec } })

describe('the admission policies, on a real API server', function () {
  this.timeout(300_000)
  let cluster: Cluster
  let call: Call

  before(async () => {
    cluster = await startCluster()
    call = callTo(cluster.kubeconfig)
    await namespace('early', { 'paas-tier': 'tenant', 'paas-pool': 'a' })
    await call('POST', podsOf('early'), pod({ tolerations: [{ operator: 'Exists' }] }, 'unplaced'))
    await namespace('tenant', { 'paas-tier': 'tenant', 'paas-pool': 'a' })
    for (const name of ['other', 'monitoring', 'cloud']) await namespace(name, {})
    await apply({ mutating: true, validating: true }, options)
    await until(async () => (await told(create('tenant', { nodeName: 'n' }))) !== undefined && (await create('tenant', {})).spec?.nodeSelector !== undefined && (await create('other', {})).spec?.affinity !== undefined)
  })
  after(() => cluster?.stop())

  async function namespace(name: string, labels: Record<string, string>): Promise<void> {
    await call('POST', '/api/v1/namespaces', { metadata: { name, labels } })
    await until(async () => (await call('GET', `/api/v1/namespaces/${name}/serviceaccounts`)).items.length > 0)
  }

  async function apply(api: AdmissionApi, wanted: PlacementAdmissionOptions): Promise<void> {
    cluster.kubectlWith({ apiVersion: 'v1', kind: 'List', items: renderAdmission(wanted, api) }, 'apply', '--server-side', '--force-conflicts')
  }

  /** What the API server would make of a pod; it is not kept. */
  function create(namespace: string, spec: object, metadata: object = {}): Promise<{ spec: PodSpec }> {
    return call('POST', `${podsOf(namespace)}?dryRun=All`, pod(spec, 'p', metadata))
  }

  /** kubectl create without keeping it; for what the API server says beside its answer, and as another user. */
  function kubectl(object: object, ...args: string[]): { status: number | null; stderr: string } {
    return spawnSync(toolPath('kubectl'), ['--kubeconfig', cluster.kubeconfigFile, 'create', '--dry-run=server', '-f', '-', ...args], { input: JSON.stringify(object), encoding: 'utf8' })
  }

  it('are what discovery of 1.36 says can be had', () => {
    const kinds = (JSON.parse(cluster.kubectl('get', '--raw', '/apis/admissionregistration.k8s.io/v1')) as { resources: { kind: string }[] }).resources.map(({ kind }) => kind)
    assert.deepEqual(findAdmissionApi(kinds), { mutating: true, validating: true })
  })

  it('give and refuse tenant pods what placePod gives and refuses', async () => {
    const seen = { placed: 0, refused: 0 }
    await fc.assert(fc.asyncProperty(validPods, async (spec) => {
      const placed = placePod(spec, placement)
      const faults = placed.error === undefined ? tenantPodFaults(placed.spec, placement) : [placed.error]
      let answer: { spec: PodSpec } | undefined
      const message = await told(create('tenant', spec).then((it) => { answer = it }))
      if (faults.length > 0) {
        seen.refused += 1
        assert.match(message ?? `accepted, but ${faults.join('; ')}`, /ValidatingAdmissionPolicy 'annex-tenant-pods'/)
      } else {
        seen.placed += 1
        assert.equal(message, undefined)
        assert.deepEqual(ofPlacement(answer!.spec), ofPlacement(placed.spec!))
      }
    }), { numRuns: 200 })
    assert.ok(seen.placed > 20 && seen.refused > 20, JSON.stringify(seen))
  })

  it('keep other pods off a VPS as placePod does, and refuse those that tolerate the tenant taint', async () => {
    await fc.assert(fc.asyncProperty(validPods, async (spec) => {
      const placed = placePod(spec, otherPlacement)
      let answer: { spec: PodSpec } | undefined
      const message = await told(create('other', spec).then((it) => { answer = it }))
      if (otherPodFaults(spec).length > 0) assert.match(message ?? 'accepted', /ValidatingAdmissionPolicy 'annex-tenant-taint'/)
      else {
        assert.equal(message, undefined)
        if (placed.spec !== undefined) assert.deepEqual(ofPlacement(answer!.spec), ofPlacement(placed.spec))
      }
    }), { numRuns: 100 })
  })

  // What chance seldom makes: a toleration beside that of the placement is added only where the pod's own do not cover it.
  const taint = { key: 'paas-tier', operator: 'Equal', value: 'tenant' }
  for (const [what, toleration, added] of [
    ['the same', { ...taint, effect: 'NoSchedule' }, 0],
    ['the same for every effect', taint, 0],
    ['the same for another effect', { ...taint, effect: 'NoExecute' }, 1],
    ['another key', { key: 'gpu', operator: 'Exists' }, 1],
  ] as const) {
    it(`${added === 0 ? 'add no toleration beside' : 'add a toleration beside'} ${what}, as placePod does`, async () => {
      const { spec } = await create('tenant', { tolerations: [toleration] })
      // The API server gives every pod two of its own.
      const own = spec.tolerations!.filter(({ key }) => !key?.startsWith('node.kubernetes.io/'))
      assert.equal(own.length, 1 + added)
      assert.deepEqual(own, placePod({ tolerations: [toleration] }, placement).spec!.tolerations)
    })
  }

  it('add to each term of an affinity what it lacks, as placePod does', async () => {
    const nodeSelectorTerms = [{ matchExpressions: [{ key: 'paas-tier', operator: 'In', values: ['tenant'] }] }, { matchExpressions: [{ key: 'disk', operator: 'Exists' }] }]
    const own = { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } } }
    assert.deepEqual(ofPlacement((await create('tenant', own)).spec), ofPlacement(placePod(own, placement).spec!))
  })

  const refused: [string, string, object, RegExp][] = [
    ['a nodeName', 'tenant', { nodeName: 'cloud-1' }, /sets nodeName=cloud-1/],
    ["another tenant's nodes", 'tenant', { nodeSelector: { [nodePoolLabel]: 'b' } }, /paas-pool=b, its placement needs \S+paas-pool=a/],
    ["another tenant's nodes in an affinity", 'tenant', { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [{ key: nodePoolLabel, operator: 'In', values: ['b'] }] }] } } } }, /every term of the node affinity/],
    ['a toleration of everything', 'tenant', { tolerations: [{ operator: 'Exists' }] }, /tolerates every taint/],
    ['a toleration of every tier', 'tenant', { tolerations: [{ key: 'paas-tier', operator: 'Exists' }] }, /every value of paas-tier/],
    ['the tenant toleration outside', 'other', { tolerations: [tenantToleration] }, /opens the nodes of the tenants/],
    ['a toleration of everything outside', 'other', { tolerations: [{ operator: 'Exists' }] }, /opens the nodes of the tenants/],
  ]
  for (const [what, where, spec, message] of refused) {
    it(`refuse ${what}, and say why`, async () => { assert.match((await told(create(where, spec))) ?? 'accepted', message) })
  }

  it('let named DaemonSets, static pods and the system namespaces tolerate the tenant taint', async () => {
    const tolerations = [{ operator: 'Exists' }]
    const ownerReferences = [{ apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'node-exporter', uid: '6f1b0a6e-7b1f-4a7e-9a2e-000000000000', controller: true }]
    assert.equal(await told(create('monitoring', { tolerations }, { ownerReferences })), undefined)
    assert.match((await told(create('other', { tolerations }, { ownerReferences }))) ?? 'accepted', /annex-tenant-taint/)
    assert.match((await told(create('monitoring', { tolerations }))) ?? 'accepted', /annex-tenant-taint/)
    assert.equal(await told(create('cloud', { tolerations })), undefined)
    const mirror = { apiVersion: 'v1', kind: 'Pod', ...pod({ tolerations, nodeName: 'cloud-1', automountServiceAccountToken: false }, 'static', { namespace: 'other', annotations: { 'kubernetes.io/config.mirror': 'hash' } }) }
    const kubelet = ['--as=system:node:cloud-1', '--as-group=system:masters']
    assert.equal(kubectl(mirror, ...kubelet).status, 0)
    assert.match(kubectl(mirror).stderr, /annex-tenant-taint/)
    assert.match(kubectl({ ...mirror, metadata: { ...mirror.metadata, namespace: 'tenant' } }, ...kubelet).stderr, /sets nodeName=cloud-1/)
  })

  it('refuse a binding by anybody but the scheduler', async () => {
    await call('POST', podsOf('tenant'), pod({}, 'bound'))
    const body = { metadata: { name: 'bound' }, target: { apiVersion: 'v1', kind: 'Node', name: 'cloud-1' } }
    assert.match((await told(call('POST', `${podsOf('tenant')}/bound/binding`, body))) ?? 'accepted', /annex-tenant-bindings.*only the scheduler/)
    assert.match((await told(call('POST', '/api/v1/namespaces/tenant/bindings', body))) ?? 'accepted', /annex-tenant-bindings.*only the scheduler/)
    const scheduler = ['--as=system:kube-scheduler', '--as-group=system:masters']
    assert.match(cluster.kubectlWith({ apiVersion: 'v1', kind: 'Binding', ...body, metadata: { name: 'bound', namespace: 'tenant' } }, 'create', ...scheduler, '--raw', '/api/v1/namespaces/tenant/pods/bound/binding'), /Success/)
  })

  it('let a pod that was there before have its labels, its debugger and its end, and no wider tolerations', async () => {
    const path = `${podsOf('early')}/unplaced`
    const labelled = await call('GET', path)
    const debugged = await call('PUT', path, { ...labelled, metadata: { ...labelled.metadata, labels: { a: 'b' } } })
    const wider = await call('PUT', `${path}/ephemeralcontainers`, { ...debugged, spec: { ...debugged.spec, ephemeralContainers: [{ name: 'debug', image: 'busybox:1' }] } })
    const body = { ...wider, spec: { ...wider.spec, tolerations: [...wider.spec.tolerations, { key: 'gpu', operator: 'Exists' }] } }
    assert.match((await told(call('PUT', path, body))) ?? 'accepted', /annex-tenant-pods/)
    await call('DELETE', path, { gracePeriodSeconds: 0 })
  })

  it('place the pods of a Deployment whose template says nothing, and warn of a template that they cannot help', async () => {
    const deployment = (name: string, spec: object) => ({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace: 'tenant' }, spec: { selector: { matchLabels: { app: name } }, template: { metadata: { labels: { app: name } }, spec: { containers: [container], ...spec } } } })
    await call('POST', deployments, deployment('plain', {}))
    const made = () => call('GET', `${podsOf('tenant')}?labelSelector=app%3Dplain`)
    await until(async () => (await made()).items.length === 1)
    assert.deepEqual((await made()).items[0].spec.nodeSelector, placement.nodeSelector)
    const { status, stderr } = kubectl(deployment('wrong', { nodeSelector: { 'paas-tier': 'x' } }))
    assert.equal(status, 0)
    assert.match(stderr, /Warning: .*'annex-tenant-templates'.*paas-tier=x, its placement needs paas-tier=tenant/)
  })

  it('only warn where audit comes first', async () => {
    await apply({ mutating: true, validating: true }, { ...options, enforcement: 'audit' })
    for (const [namespace, spec] of [['tenant', { nodeName: 'n' }], ['other', { tolerations: [tenantToleration] }]] as const) {
      await until(async () => (await told(create(namespace, spec))) === undefined)
    }
  })

  it('refuse templates that are not placed where the API server cannot place pods', async () => {
    cluster.kubectl('delete', 'mutatingadmissionpolicies,mutatingadmissionpolicybindings', '--all')
    await apply({ mutating: false, validating: true }, { ...options, preferNoSchedule: false })
    const deploy = (spec: object) => told(call('POST', `${deployments}?dryRun=All`, { metadata: { name: 'a' }, spec: { selector: { matchLabels: { app: 'a' } }, template: { metadata: { labels: { app: 'a' } }, spec } } }))
    const spec = { containers: [container] }
    await until(async () => (await deploy(spec)) !== undefined)
    assert.match((await deploy(spec))!, /annex-tenant-templates.*lacks .*place it \(npm run -s place -- --pool a FILE\)/)
    assert.equal(await deploy(placePod(spec, placement).spec!), undefined)
  })
})

/** What the API server says against it; undefined where it does not. */
async function told(request: Promise<unknown>): Promise<string | undefined> {
  try {
    await request
    return undefined
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    return error.message
  }
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 120_000
  while (!(await holds().catch(() => false))) {
    if (Date.now() > end) throw new Error('waited for two minutes')
    await delay(200)
  }
}

/** What the two must agree on, without the tolerations that the API server gives every pod and without empty fields, which it drops. */
function ofPlacement({ nodeSelector, tolerations, affinity }: PodSpec): unknown {
  const own = (tolerations ?? []).filter(({ key }) => !key?.startsWith('node.kubernetes.io/'))
  return filled({ nodeSelector, tolerations: own, affinity })
}

function filled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(filled)
  if (typeof value !== 'object' || value === null) return value
  const empty = (it: unknown) => it === undefined || (typeof it === 'object' && it !== null && Object.keys(it).length === 0)
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, filled(inner)]).filter(([, inner]) => !empty(inner)))
}
