import assert from 'node:assert/strict'
import { evaluateExisting } from '../../../components/tenant-placement/evaluate-existing.ts'
import { nodePoolLabel, nodePoolOf, nodePools } from '../../../components/tenant-placement/node-pools.ts'
import { admissionFaults, findAdmissionApi, type PlacementAdmissionOptions, renderAdmission } from '../../../components/tenant-placement/render-admission.ts'
import { matchesGolden } from '../../golden.ts'

const options: PlacementAdmissionOptions = {
  enforcement: 'audit',
  systemNamespaces: ['kube-system', 'cloud'],
  daemonSets: [{ namespace: 'monitoring', name: 'node-exporter' }],
  schedulers: ['system:kube-scheduler'],
  preferNoSchedule: false,
}
const both = { mutating: true, validating: true }
const validating = { mutating: false, validating: true }

describe('renderAdmission', () => {
  it('changes only with its golden', () => {
    matchesGolden(renderAdmission({ ...options, enforcement: 'deny', preferNoSchedule: true }, both), 'components/goldens/admission.golden.json')
    matchesGolden(renderAdmission(options, validating), 'components/goldens/admission-validating.golden.json')
  })

  it('fails closed, and denies nothing where audit comes first', () => {
    const objects = renderAdmission(options, both)
    for (const { kind, spec } of objects.filter((it) => !it.kind.endsWith('Binding'))) assert.equal(spec['failurePolicy'], 'Fail', kind)
    assert.doesNotMatch(JSON.stringify(objects), /"Deny"/)
  })

  it("never denies in the cloud's system namespaces", () => {
    const denying = renderAdmission({ ...options, enforcement: 'deny' }, both).filter(({ kind, spec }) => kind === 'ValidatingAdmissionPolicyBinding' && (spec['validationActions'] as string[]).includes('Deny'))
    assert.ok(denying.length >= 3)
    for (const { metadata, spec } of denying) {
      const [policy] = renderAdmission(options, both).filter(({ kind, metadata: { name } }) => kind === 'ValidatingAdmissionPolicy' && name === spec['policyName'])
      const selectors = JSON.stringify([policy!.spec['matchConstraints'], spec['matchResources']])
      assert.ok(/"key":"paas-tier","operator":"In","values":\["tenant"\]/.test(selectors) || /"operator":"NotIn","values":\["kube-system","cloud"\]/.test(selectors), metadata.name)
    }
  })

  it('gives the API server no empty list of values, which it refuses', () => {
    for (const preferNoSchedule of [false, true]) assert.doesNotMatch(JSON.stringify(renderAdmission({ ...options, systemNamespaces: [], daemonSets: [], preferNoSchedule }, both)), /"values":\[\]/)
  })

  it('uses what discovery says is there', () => {
    const all = ['MutatingAdmissionPolicy', 'MutatingAdmissionPolicyBinding', 'ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding', 'ValidatingWebhookConfiguration']
    assert.deepEqual(findAdmissionApi(all), both)
    assert.deepEqual(findAdmissionApi(all.slice(2)), validating)
    assert.deepEqual(findAdmissionApi([]), { mutating: false, validating: false })
    assert.ok(!renderAdmission(options, validating).some(({ kind }) => kind.startsWith('Mutating')))
  })

  it('says what a cluster lacks', () => {
    assert.deepEqual(admissionFaults(options, both), [])
    assert.deepEqual(admissionFaults(options, validating), [])
    assert.match(admissionFaults(options, findAdmissionApi([]))[0]!, /no ValidatingAdmissionPolicy/)
    assert.match(admissionFaults({ ...options, preferNoSchedule: true }, validating)[0]!, /taintEffect = "PreferNoSchedule" needs MutatingAdmissionPolicy/)
  })
})

describe('evaluateExisting', () => {
  const namespaces = [
    { name: 'tenant', labels: { 'paas-tier': 'tenant', 'paas-pool': 'a' } },
    ...['other', 'monitoring', 'kube-system'].map((name) => ({ name, labels: {} })),
  ]
  const everything = [{ operator: 'Exists' }]
  const pod = (namespace: string, spec: object, metadata: object = {}) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace, ...metadata }, spec: { nodeName: 'n', containers: [], ...spec } })
  const made = (kind: string, namespace: string, spec: object, name = 'w') => ({ apiVersion: 'apps/v1', kind, metadata: { name, namespace }, spec: { template: { spec } } })
  const refused = (object: object, api = both, more: Partial<PlacementAdmissionOptions> = {}) => evaluateExisting({ namespaces, objects: [object] }, { ...options, ...more }, api).map(({ why }) => why)[0]

  const cases: [string, object, RegExp | undefined][] = [
    ['a pod of a tenant that admission can place', pod('tenant', {}), undefined],
    ['a pod of a tenant that tolerates everything', pod('tenant', { tolerations: everything }), /tolerates every taint/],
    ["a pod on another tenant's nodes", pod('tenant', { nodeSelector: { [nodePoolLabel]: 'b' } }), /paas-pool=b.*paas-pool=a/],
    ['a template of a tenant that names a node', made('Deployment', 'tenant', { nodeName: 'n' }), /sets nodeName=n/],
    ['a template of a tenant that asks for other nodes', made('Deployment', 'tenant', { nodeSelector: { 'paas-tier': 'platform' } }), /paas-tier=platform/],
    ['a template of a tenant that says nothing', made('Deployment', 'tenant', {}), undefined],
    ['a pod that its template makes', pod('tenant', { tolerations: everything }, { ownerReferences: [{ kind: 'ReplicaSet', name: 'r', controller: true }] }), undefined],
    ...['DaemonSet', 'Job', 'CronJob', 'StatefulSet', 'ReplicationController'].map((kind): [string, object, undefined] => [`a pod that a ${kind} makes`, pod('tenant', { tolerations: everything }, { ownerReferences: [{ kind, name: 'r', controller: true }] }), undefined]),
    ['a pod that its owner does not make', pod('tenant', { tolerations: everything }, { ownerReferences: [{ kind: 'ReplicaSet', name: 'r' }] }), /tolerates every taint/],
    ['a template that is no pod', { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd', namespace: 'tenant' }, spec: { template: 'text' } }, undefined],
    ['an outsider that tolerates everything', made('Deployment', 'other', { tolerations: everything }), /every taint, which opens/],
    ['an outsider that tolerates no taint of a schedule', made('Deployment', 'other', { tolerations: [{ operator: 'Exists', effect: 'NoExecute' }] }), undefined],
    ['a DaemonSet that is not listed', made('DaemonSet', 'monitoring', { tolerations: everything }), /every taint/],
    ['a DaemonSet that is listed', made('DaemonSet', 'monitoring', { tolerations: everything }, 'node-exporter'), undefined],
    ['a DaemonSet of the same name elsewhere', made('DaemonSet', 'other', { tolerations: everything }, 'node-exporter'), /every taint/],
    ['another kind of the same name', made('Deployment', 'monitoring', { tolerations: everything }, 'node-exporter'), /every taint/],
    ['an outsider that asks for VPS nodes, where the taint forbids them', made('Deployment', 'other', { nodeSelector: { 'node-type': 'vps' } }), undefined],
    ["one of the cloud's system namespaces", made('DaemonSet', 'kube-system', { tolerations: everything }), undefined],
    ['a static pod', pod('other', { tolerations: everything }, { annotations: { 'kubernetes.io/config.mirror': 'x' } }), undefined],
    ['what makes no pods', { apiVersion: 'v1', kind: 'Service', metadata: { name: 's', namespace: 'tenant' } }, undefined],
  ]
  for (const [what, object, why] of cases) {
    it(`${why ? 'lists' : 'does not list'} ${what}`, () => {
      const found = refused(object)
      if (why) assert.match(found ?? 'not listed', why)
      else assert.equal(found, undefined)
    })
  }

  it('lists a template that is not placed where the API server cannot place its pods', () => {
    assert.match(refused(made('Deployment', 'tenant', {}), validating)!, /no paas-tier=tenant.*does not tolerate/)
    assert.match(refused(made('Deployment', 'tenant', { tolerations: [{ key: 'paas-tier', value: 'tenant', effect: 'NoExecute' }] }), validating)!, /does not tolerate paas-tier=tenant:NoSchedule/)
  })

  it('makes no exception in a namespace of a tenant', () => {
    const exceptions = { systemNamespaces: ['tenant'], daemonSets: [{ namespace: 'tenant', name: 'node-exporter' }] }
    assert.match(refused(made('DaemonSet', 'tenant', { tolerations: everything }, 'node-exporter'), both, exceptions)!, /every taint/)
  })

  it('lists an outsider that could run nowhere once it is kept off VPS nodes', () => {
    assert.match(refused(made('Deployment', 'other', { nodeSelector: { 'node-type': 'vps' } }), both, { preferNoSchedule: true })!, /run nowhere/)
  })
})

describe('pools of nodes', () => {
  it('are shared but for nodes that a tenant has for itself', () => {
    const tenants = [{ name: 'a', dedicatedNodes: ['w2'] }, { name: 'b', dedicatedNodes: [] }]
    assert.deepEqual(nodePools(['w1', 'w2'], tenants), { w1: 'shared', w2: 'a' })
    assert.deepEqual(tenants.map(nodePoolOf), ['a', 'shared'])
  })
})
