import { strict as assert } from 'node:assert'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { waitForRule } from '../../../lab/pulumi/kubernetes/await/conditions.ts'
import { deploymentRule } from '../../../lab/pulumi/kubernetes/await/deployment.ts'
import { daemonSetRule } from '../../../lab/pulumi/kubernetes/await/daemonset.ts'
import { jobRule } from '../../../lab/pulumi/kubernetes/await/job.ts'
import { judgePod } from '../../../lab/pulumi/kubernetes/await/pod.ts'
import { isUncovered, ruleFor, waitsForDeletion } from '../../../lab/pulumi/kubernetes/await/rules.ts'
import type { Rule } from '../../../lab/pulumi/kubernetes/await/rule.ts'
import { serviceRule } from '../../../lab/pulumi/kubernetes/await/service.ts'
import { statefulSetRule } from '../../../lab/pulumi/kubernetes/await/statefulset.ts'
import { timers } from '../../../lab/pulumi/kubernetes/await/timers.ts'
import { diffObjects } from '../../../lab/pulumi/kubernetes/diff.ts'
import { loadKubeconfig } from '../../../lab/pulumi/kubernetes/kubeconfig.ts'
import { normalize } from '../../../lab/pulumi/kubernetes/normalize.ts'
import { prune, toState, type KubernetesObject } from '../../../lab/pulumi/kubernetes/objects.ts'
import { canonicalQuantity } from '../../../lab/pulumi/kubernetes/quantities.ts'
import { isSecret, secret, UNKNOWN, type Properties } from '../../../lab/pulumi/plugin/values.ts'

describe('kubernetes stand-in: inputs', () => {
  it('spells quantities as the API server does', () => {
    const spellings = {
      '1024Mi': '1Gi', '1.5Gi': '1536Mi', '0.5Gi': '512Mi', '512': '512', '1000m': '1', '0.5': '500m', '1.0': '1', '0.1': '100m', '100m': '100m',
      '1024': '1024', '1000': '1k', '1500': '1500', '2000k': '2M', '1e3': '1e3', '0': '0', '1Ki': '1Ki', '0.5Ki': '512', '10Mi': '10Mi', '123Mi': '123Mi', '1000000': '1M',
    }
    for (const [given, canonical] of Object.entries(spellings)) assert.equal(canonicalQuantity(given), canonical, given)
    assert.equal(canonicalQuantity(2), '2')
    assert.equal(canonicalQuantity('lots'), 'lots')
  })

  it('spells a quantity the same however often it is spelled', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 1e9 }), fc.constantFrom('', 'm', 'k', 'M', 'Ki', 'Mi', 'Gi'), (number, suffix) => {
      const once = canonicalQuantity(`${number}${suffix}`)
      assert.equal(canonicalQuantity(once), once)
    }))
  })

  it('drops what the API types drop when it is empty, and keeps what they keep', () => {
    const spec = {
      hostNetwork: false, automountServiceAccountToken: false, nodeSelector: {}, tolerations: [], containers: [
        { name: 'c', env: [{ name: 'EMPTY', value: '' }], args: [''], securityContext: { privileged: false }, volumeMounts: [{ name: 'v', mountPath: '/v', readOnly: false }], resources: { limits: { cpu: '1000m' } } },
      ], volumes: [{ name: 'v', emptyDir: {} }],
    }
    assert.deepEqual(normalize({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', labels: {} }, spec }).spec, {
      automountServiceAccountToken: false,
      containers: [{ name: 'c', env: [{ name: 'EMPTY' }], args: [''], securityContext: { privileged: false }, volumeMounts: [{ name: 'v', mountPath: '/v' }], resources: { limits: { cpu: '1' } } }],
      volumes: [{ name: 'v', emptyDir: {} }],
    })
    const policy = { podSelector: {}, policyTypes: ['Ingress'], ingress: [], egress: [{ to: [{ podSelector: {} }] }] }
    assert.deepEqual(normalize({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'n' }, spec: policy }).spec, { podSelector: {}, policyTypes: ['Ingress'], egress: [{ to: [{ podSelector: {} }] }] })
  })

  it('leaves inputs of custom resources, and inputs that are not all known, as they are', () => {
    const custom = { apiVersion: 'a.example/v1', kind: 'A', metadata: { name: 'a' }, spec: { limits: { memory: '1024Mi' }, list: [] } }
    assert.deepEqual(normalize(custom), custom)
    const open = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: UNKNOWN }, spec: { hard: { memory: '1024Mi' } } }
    assert.deepEqual(normalize(open), open)
  })

  it('marks in the state what was secret in the inputs, and the data of a Secret always', () => {
    const from = { spec: { list: ['a', secret('b')], plain: 'c', inner: { token: secret('t') } } } as Properties
    const live = { apiVersion: 'v1', kind: 'A', spec: { list: ['a', 'b'], plain: 'c', inner: { token: 't', other: 1 } } }
    const state = toState(live, live, from, 'v1', 'm') as any
    assert.ok(isSecret(state.spec.list) && isSecret(state.spec.inner.token) && isSecret(state.__inputs.spec.inner.token))
    assert.equal(state.spec.inner.other, 1)
    assert.ok(isSecret((toState({}, { apiVersion: 'v1', kind: 'Secret', data: { k: 'dg==' } }, {}, 'v1', 'm') as any).data))
  })

  it('prunes an object by a shape so that pruning by itself changes nothing', () => {
    fc.assert(fc.property(fc.object(), (object) => assert.deepEqual(prune(object, object), object)))
  })
})

describe('kubernetes stand-in: diffs', () => {
  const diff = (before: KubernetesObject, after: KubernetesObject, ignoreChanges: string[] = []) =>
    diffObjects({ type: `kubernetes:core/v1:${after.kind}`, pruned: before, live: before, inputs: after, ignoreChanges })
  const pod = (spec: object): KubernetesObject => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'n' }, spec })

  it('replaces a pod whose container changes, but not one that only gets another toleration', () => {
    const container = (image: string) => ({ containers: [{ name: 'c', image }] })
    const changed = diff(pod(container('a')), pod(container('b')))
    assert.deepEqual(changed.detailedDiff, { 'spec.containers[0].image': { kind: 'UPDATE_REPLACE' } })
    assert.equal(changed.deleteBeforeReplace, true)
    assert.deepEqual(diff(pod({ tolerations: [] }), pod({ tolerations: [{ key: 'k' }] })).replaces, [])
  })

  it('tells of every element that comes or goes', () => {
    const service = (ports: object[]) => ({ apiVersion: 'v1', kind: 'Service', metadata: { name: 's' }, spec: { ports } })
    assert.deepEqual(diff(service([{ port: 1, name: 'a' }]), service([{ port: 1 }, { port: 2 }])).detailedDiff, {
      'spec.ports[0].name': { kind: 'DELETE', inputDiff: true },
      'spec.ports[1]': { kind: 'ADD' },
    })
  })

  it('sees a value that is not known yet as a change', () => {
    const map = (value: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'm' }, data: { 'a.b': value } })
    assert.deepEqual(diff(map('x'), map(UNKNOWN)).detailedDiff, { 'data["a.b"]': { kind: 'UPDATE_REPLACE' } })
  })

  it('ignores what it is told to ignore, and nothing beside it', () => {
    const quota = (pods: string, cpu: string) => ({ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'q' }, spec: { hard: { pods, 'requests.cpu': cpu } } })
    const { detailedDiff } = diff(quota('1', '1'), quota('2', '2'), ['spec.hard["requests.cpu"]'])
    assert.deepEqual(Object.keys(detailedDiff!), ['spec.hard.pods'])
    assert.equal(diff(quota('1', '1'), quota('2', '2'), ['spec.hard']).changes, 'DIFF_NONE')
  })
})

describe('kubernetes stand-in: waiting', () => {
  const judge = (rule: Rule, object: KubernetesObject, related: KubernetesObject[] = [], left = 0) =>
    rule.judge({ object, settling: () => left, world: { all: (type) => related.filter(({ apiVersion, kind }) => `${apiVersion}/${kind}` === type) } })
  const meta = { name: 'o', namespace: 'n', uid: 'owner', generation: 1 }

  it('waits for the pods of a Deployment\'s newest revision', () => {
    const deployment = (revision: string, reason: string) => ({
      metadata: { ...meta, annotations: { 'deployment.kubernetes.io/revision': revision } },
      status: { observedGeneration: 1, conditions: [{ type: 'Available', status: 'True' }, { type: 'Progressing', status: 'True', reason }] },
    })
    const set = (revision: string, ready: number) => ({
      apiVersion: 'apps/v1', kind: 'ReplicaSet', spec: { replicas: 2 }, status: { readyReplicas: ready },
      metadata: { name: `s${revision}`, annotations: { 'deployment.kubernetes.io/revision': revision }, ownerReferences: [{ uid: 'owner', kind: 'Deployment', name: 'o' }] },
    })
    assert.equal(judge(deploymentRule, deployment('1', 'ReplicaSetUpdated'), [set('1', 2)]).ready, true)
    assert.equal(judge(deploymentRule, deployment('2', 'ReplicaSetUpdated'), [set('1', 2), set('2', 2)]).ready, false)
    assert.equal(judge(deploymentRule, deployment('2', 'NewReplicaSetAvailable'), [set('1', 0), set('2', 2)]).ready, true)
    assert.equal(judge(deploymentRule, deployment('2', 'NewReplicaSetAvailable'), [set('1', 2), set('2', 1)]).ready, false)
  })

  it('waits for a StatefulSet\'s revision as well as for its replicas', () => {
    const set = (status: object) => ({ metadata: meta, spec: { replicas: 1 }, status: { observedGeneration: 1, replicas: 1, readyReplicas: 1, currentReplicas: 1, currentRevision: 'a', updateRevision: 'a', ...status } })
    assert.equal(judge(statefulSetRule, set({})).ready, true)
    assert.equal(judge(statefulSetRule, set({ observedGeneration: 0 })).ready, false)
    assert.deepEqual(judge(statefulSetRule, set({ updateRevision: 'b' })).reasons, ['StatefulSet controller failed to advance from revision "a" to revision "b"'])
    assert.deepEqual(judge(statefulSetRule, set({ readyReplicas: 0 })).reasons, ['0 out of 1 replicas succeeded readiness checks'])
  })

  it('takes a DaemonSet without a node to run on for ready', () => {
    const set = (status: object) => ({ metadata: meta, spec: {}, status: { observedGeneration: 1, ...status } })
    assert.equal(judge(daemonSetRule, set({ desiredNumberScheduled: 0 })).ready, true)
    const waiting = judge(daemonSetRule, set({ desiredNumberScheduled: 2, currentNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 1 }))
    assert.deepEqual(waiting.status, [{ severity: 'info', message: 'Available: 1/2' }])
    assert.deepEqual(judge(daemonSetRule, { metadata: meta, spec: {} }).status, [{ severity: 'info', message: 'DaemonSet status.observedGeneration not found' }])
  })

  it('gives a job up that has used its tries, and says why', () => {
    const failed = { metadata: meta, status: { startTime: 't', conditions: [{ type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded', message: 'no more' }] } }
    assert.deepEqual([judge(jobRule, failed).hopeless, judge(jobRule, failed).reasons], [true, ['[BackoffLimitExceeded] no more']])
    assert.equal(judge(jobRule, { metadata: meta, status: { startTime: 't', conditions: [{ type: 'Complete', status: 'True' }] } }).ready, true)
  })

  it('waits until the endpoints of a Service have settled', () => {
    const service = { metadata: meta, spec: { selector: { a: 'b' } } }
    const endpoints = (subset: object) => ({ apiVersion: 'v1', kind: 'Endpoints', metadata: { name: 'o' }, subsets: [subset] })
    assert.equal(judge(serviceRule, service, [endpoints({ addresses: [{}] })]).ready, true)
    assert.deepEqual([judge(serviceRule, service, [endpoints({ addresses: [{}] })], 6_000).ready, judge(serviceRule, service, [endpoints({ addresses: [{}] })], 6_000).again], [false, 6_000])
    assert.equal(judge(serviceRule, service, [endpoints({ notReadyAddresses: [{}] })]).ready, false)
    assert.equal(judge(serviceRule, service, [endpoints({})]).ready, true, 'nobody is there, and nobody is to come')
    assert.equal(judge(serviceRule, { metadata: meta, spec: { clusterIP: 'None', selector: { a: 'b' } } }).ready, true)
    assert.equal(judge(serviceRule, { metadata: meta, spec: { type: 'LoadBalancer' } }).ready, false)
  })

  it('takes a Service whose wait is cut for ready, unless pods behind it are not', () => {
    const service = { metadata: meta, spec: { selector: { a: 'b' } } }
    const endpoints = (subset: object) => ({ apiVersion: 'v1', kind: 'Endpoints', metadata: { name: 'o' }, subsets: [subset] })
    assert.equal(judge(serviceRule, service, [endpoints({ addresses: [{}] })], 6_000).readyWhenCut, true)
    assert.equal(judge(serviceRule, service, [endpoints({ notReadyAddresses: [{}] })], 6_000).readyWhenCut, false)
  })

  it('counts what changes as settled when the first timer of a change runs out after the last one', () => {
    let now = 0
    const settling = timers(() => now)
    const left = (at: number, value: string) => {
      now = at
      return settling('key', value, 10)
    }
    assert.equal(left(0, 'none'), 10)
    assert.equal(left(8, 'pending'), 2)
    // The first change's timer ran out before this one, the second's has not.
    assert.equal(left(12, 'ready'), 6)
    assert.equal(left(18, 'ready'), 0)
    assert.equal(left(40, 'other'), 10)
  })

  it('says which container keeps a pod from being ready', () => {
    const pod = {
      metadata: { name: 'p', namespace: 'n' },
      status: {
        conditions: [{ type: 'PodScheduled', status: 'True' }, { type: 'Initialized', status: 'True' }, { type: 'Ready', status: 'False', reason: 'ContainersNotReady', message: 'not ready: [c]' }],
        containerStatuses: [{ name: 'c', ready: false, state: { waiting: { reason: 'ErrImagePull', message: 'no such image' } } }],
      },
    }
    assert.deepEqual(judgePod(pod).reasons, ['[Pod n/p]: not ready: [c][ErrImagePull] no such image'])
  })

  it('waits for what pulumi.com/waitFor asks for', () => {
    const object = { metadata: { generation: 2 }, status: { observedGeneration: 2, phase: 'Up', list: [{ type: 'A', value: 'yes' }], conditions: [{ type: 'Ready', status: 'True' }] } }
    const ready = (annotation: string, of: KubernetesObject = object) => judge(waitForRule(annotation), of).ready
    assert.ok(ready('jsonpath={.status.phase}=Up') && ready('jsonpath={.status.phase}') && ready('condition=ready') && ready('condition=Ready=True'))
    assert.ok(ready('jsonpath={.status.list[?(@.type=="A")].value}=yes') && ready('jsonpath={.status.list[0].type}=A'))
    assert.ok(ready('["condition=Ready", "jsonpath={.status.phase}=Up"]'))
    assert.ok(!ready('jsonpath={.status.phase}=Down') && !ready('jsonpath={.status.none}') && !ready('condition=Done'))
    assert.ok(!ready('condition=Ready', { ...object, metadata: { generation: 3 } }), 'an old status does not count')
    assert.throws(() => waitForRule('status=Up'), /expected a "jsonpath=" or "condition=" prefix, got "status=Up"/)
    assert.throws(() => waitForRule('jsonpath=.status'), /should be wrapped in brackets/)
    assert.throws(() => waitForRule('jsonpath={..deep}'), /does not cover the JSONPath/)
  })

  it('does not wait where it is told not to', () => {
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', annotations: { 'pulumi.com/skipAwait': 'true' } } }
    assert.equal(ruleFor(pod), undefined)
    assert.equal(waitsForDeletion(pod), false)
    assert.equal(waitsForDeletion({ ...pod, kind: 'ConfigMap' }), true)
  })

  it('refuses a kind that the official plugin waits for by a rule it does not have, rather than not to wait', () => {
    const ingress = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: 'i' } }
    assert.equal(isUncovered(ingress), true)
    assert.equal(isUncovered({ ...ingress, metadata: { annotations: { 'pulumi.com/skipAwait': 'true' } } }), false)
  })
})

describe('kubernetes stand-in: kubeconfig', () => {
  let folder: string
  before(() => (folder = mkdtempSync(join(tmpdir(), 'annex-kubeconfig-'))))
  after(() => rmSync(folder, { recursive: true, force: true }))
  const config = (user: object = { token: 't' }) =>
    JSON.stringify({
      'current-context': 'one',
      clusters: [{ name: 'c', cluster: { server: 'https://a:6443/', 'certificate-authority': 'ca.pem' } }],
      users: [{ name: 'u', user }],
      contexts: [{ name: 'one', context: { cluster: 'c', user: 'u' } }, { name: 'two', context: { cluster: 'c', user: 'u', namespace: 'ns' } }],
    })

  it('reads a file, a text, or what KUBECONFIG names, with paths relative to the file', () => {
    writeFileSync(join(folder, 'ca.pem'), 'PEM')
    writeFileSync(join(folder, 'config'), config())
    const before = process.env.KUBECONFIG
    process.env.KUBECONFIG = join(folder, 'config')
    try {
      for (const given of [join(folder, 'config'), '']) {
        const { cluster, login, namespace } = loadKubeconfig(given, {})
        assert.deepEqual([cluster.server, cluster.ca, login.token, namespace], ['https://a:6443', 'PEM', 't', 'default'])
      }
    } finally {
      if (before === undefined) delete process.env.KUBECONFIG
      else process.env.KUBECONFIG = before
    }
    assert.equal(loadKubeconfig(join(folder, 'config'), { context: 'two' }).namespace, 'ns')
  })

  it('says what is missing, and what it does not cover', () => {
    writeFileSync(join(folder, 'config'), config())
    assert.throws(() => loadKubeconfig(join(folder, 'config'), { context: 'three' }), /context "three" does not exist/)
    writeFileSync(join(folder, 'exec'), config({ exec: { command: 'aws' } }))
    assert.throws(() => loadKubeconfig(join(folder, 'exec'), {}), /does not cover exec \(user "u"\)/)
  })
})
