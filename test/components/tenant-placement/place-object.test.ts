import assert from 'node:assert/strict'
import fc from 'fast-check'
import { placeObject } from '../../../components/tenant-placement/place-object.ts'
import { placePod, tenantPlacement } from '../../../components/tenant-placement/place-pod.ts'
import { workloads } from '../../../components/tenant-placement/workloads.ts'

const pod = { containers: [{ name: 'c', image: 'busybox:1' }] }
const placed = placePod(pod, tenantPlacement).spec!
const { nodeSelector, tolerations, affinity } = placed
const nodeAffinity = affinity!.nodeAffinity
const template = { template: { metadata: {}, spec: pod } }

const place = (object: object) => placeObject(object, tenantPlacement)
const outcomes = (object: object) => place(object).results.map(({ outcome }) => outcome)
const at = (object: any, path: string): any => path.split('.').reduce((inner, key) => inner?.[key], object)

describe('placeObject', () => {
  const builtIn: [string, string, object, string][] = [
    ['v1', 'Pod', { spec: pod }, 'spec'],
    ['v1', 'PodTemplate', { template: { spec: pod } }, 'template.spec'],
    ['v1', 'ReplicationController', { spec: template }, 'spec.template.spec'],
    ...['apps/v1', 'apps/v1beta2', 'extensions/v1beta1'].flatMap((version) => ['Deployment', 'ReplicaSet', 'DaemonSet', 'StatefulSet'].map((kind): [string, string, object, string] => [version, kind, { spec: template }, 'spec.template.spec'])),
    ['batch/v1', 'Job', { spec: template }, 'spec.template.spec'],
    ...['batch/v1', 'batch/v1beta1'].map((version): [string, string, object, string] => [version, 'CronJob', { spec: { jobTemplate: { spec: template } } }, 'spec.jobTemplate.spec.template.spec']),
  ]
  for (const [apiVersion, kind, rest, path] of builtIn) {
    it(`places a ${kind} of ${apiVersion}`, () => {
      const { object, results } = place({ apiVersion, kind, metadata: { name: 'it' }, ...rest })
      assert.deepEqual(at(object, path), placed)
      assert.deepEqual(results.map(({ outcome }) => outcome), ['placed'])
      assert.deepEqual(outcomes(object as object), ['already placed'])
    })
  }

  const custom: [string, string, object, Record<string, unknown>][] = [
    ['postgresql.cnpg.io/v1', 'Cluster', { instances: 3, affinity: { enablePodAntiAffinity: true } }, { 'spec.affinity': { enablePodAntiAffinity: true, nodeSelector, tolerations, nodeAffinity }, 'spec.instances': 3 }],
    ['postgresql.cnpg.io/v1', 'Cluster', { instances: 1 }, { 'spec.affinity': { nodeSelector, tolerations, nodeAffinity } }],
    ['postgresql.cnpg.io/v1', 'Pooler', { cluster: { name: 'db' } }, { 'spec.template.spec': { containers: [], nodeSelector, tolerations, affinity } }],
    ['postgresql.cnpg.io/v1', 'Pooler', { template: { spec: pod } }, { 'spec.template.spec': placed }],
    ['acid.zalan.do/v1', 'postgresql', { teamId: 'a' }, { spec: { teamId: 'a', tolerations, nodeAffinity } }],
    ['monitoring.coreos.com/v1', 'Prometheus', { replicas: 2 }, { spec: { replicas: 2, nodeSelector, tolerations, affinity } }],
    ['monitoring.coreos.com/v1', 'Alertmanager', {}, { spec: { nodeSelector, tolerations, affinity } }],
    ['redis.redis.opstreelabs.in/v1beta2', 'RedisReplication', { clusterSize: 3, sentinel: { size: 3 } }, { spec: { clusterSize: 3, sentinel: { size: 3, nodeSelector, tolerations, affinity }, nodeSelector, tolerations, affinity } }],
    ['redis.redis.opstreelabs.in/v1beta2', 'RedisReplication', { clusterSize: 3 }, { 'spec.sentinel': undefined }],
    ['rabbitmq.com/v1beta1', 'RabbitmqCluster', { replicas: 3 }, { spec: { replicas: 3, tolerations, affinity } }],
    ['minio.min.io/v2', 'Tenant', { pools: [{ servers: 4 }, { servers: 2 }] }, { 'spec.pools.1': { servers: 2, nodeSelector, tolerations, affinity }, 'spec.kes': undefined }],
    ['kafka.strimzi.io/v1', 'Kafka', { kafka: {}, entityOperator: {} }, { 'spec.kafka.template.pod': { tolerations, affinity }, 'spec.entityOperator.template.pod': { tolerations, affinity }, 'spec.cruiseControl': undefined }],
    ['elasticsearch.k8s.elastic.co/v1', 'Elasticsearch', { nodeSets: [{ name: 'a' }] }, { 'spec.nodeSets.0.podTemplate.spec': { nodeSelector, tolerations, affinity } }],
    ['argoproj.io/v1alpha1', 'Rollout', template, { 'spec.template.spec': placed }],
    ['jobset.x-k8s.io/v1alpha2', 'JobSet', { replicatedJobs: [{ name: 'a', template: { spec: template } }] }, { 'spec.replicatedJobs.0.template.spec.template.spec': placed }],
    ['kafka.strimzi.io/v1', 'KafkaConnect', { replicas: 1 }, { 'spec.template.pod': { tolerations, affinity }, 'spec.template.buildPod': undefined }],
    ['postgres-operator.crunchydata.com/v1beta1', 'PostgresCluster', { instances: [{ name: 'a' }], backups: { pgbackrest: { image: 'i' } } }, { 'spec.instances.0': { name: 'a', tolerations, affinity }, 'spec.backups.pgbackrest.repoHost': { tolerations, affinity }, 'spec.proxy': undefined }],
    ['pxc.percona.com/v1', 'PerconaXtraDBCluster', { pxc: { size: 3, affinity: { antiAffinityTopologyKey: 'none' } }, backup: { storages: { s3: {}, fs: { type: 'filesystem' } } } }, { 'spec.pxc': { size: 3, affinity: { antiAffinityTopologyKey: 'none' }, nodeSelector, tolerations }, 'spec.backup.storages.fs': { type: 'filesystem', nodeSelector, tolerations }, 'spec.haproxy': undefined }],
    ['psmdb.percona.com/v1', 'PerconaServerMongoDB', { replsets: [{ name: 'rs0', arbiter: { size: 1 } }] }, { 'spec.replsets.0': { name: 'rs0', arbiter: { size: 1, nodeSelector, tolerations }, nodeSelector, tolerations } }],
    ['mysql.oracle.com/v2', 'InnoDBCluster', { instances: 3, router: { instances: 1 } }, { 'spec.podSpec': { nodeSelector, tolerations, affinity }, 'spec.router.podSpec': { nodeSelector, tolerations, affinity } }],
    ['tekton.dev/v1beta1', 'PipelineRun', {}, { spec: { podTemplate: { nodeSelector, tolerations, affinity } } }],
    ['tekton.dev/v1', 'PipelineRun', {}, { spec: { taskRunTemplate: { podTemplate: { nodeSelector, tolerations, affinity } } } }],
    ['argoproj.io/v1alpha1', 'Workflow', { templates: [{ name: 'a', nodeSelector: { disk: 'ssd' } }] }, { 'spec.nodeSelector': nodeSelector, 'spec.templates.0.nodeSelector': { disk: 'ssd', ...nodeSelector } }],
    ['kubevirt.io/v1', 'VirtualMachine', { runStrategy: 'Always', template: { spec: { domain: {} } } }, { 'spec.template.spec': { domain: {}, nodeSelector, tolerations, affinity } }],
    ['ray.io/v1', 'RayJob', { rayClusterSpec: { headGroupSpec: template, workerGroupSpecs: [template] } }, { 'spec.rayClusterSpec.headGroupSpec.template.spec': placed, 'spec.rayClusterSpec.workerGroupSpecs.0.template.spec': placed, 'spec.submitterPodTemplate': undefined }],
  ]
  for (const [apiVersion, kind, spec, expected] of custom) {
    it(`places a ${kind} of ${apiVersion} in its own words: ${JSON.stringify(spec).slice(0, 50)}`, () => {
      const { object, results } = place({ apiVersion, kind, metadata: { name: 'it' }, spec })
      for (const [path, value] of Object.entries(expected)) assert.deepEqual(at(object, path), value, path)
      assert.deepEqual(results.map(({ outcome }) => outcome), ['placed'])
      assert.deepEqual(outcomes(object as object), ['already placed'])
    })
  }

  it('places every item of a list, typed or not', () => {
    const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'a' }, spec: template }
    assert.deepEqual(outcomes({ apiVersion: 'v1', kind: 'List', items: [deployment, { apiVersion: 'v1', kind: 'Service', metadata: { name: 's' }, spec: {} }] }), ['placed', 'no pods'])
    const typed = place({ apiVersion: 'apps/v1', kind: 'DeploymentList', items: [{ metadata: { name: 'a' }, spec: template }] })
    assert.deepEqual(typed.object, { apiVersion: 'apps/v1', kind: 'DeploymentList', items: [{ metadata: { name: 'a' }, spec: { template: { metadata: {}, spec: placed } } }] })
  })

  it('keeps what the items of a typed list say of themselves', () => {
    const item = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'a' }, spec: template }
    const { object } = place({ apiVersion: 'apps/v1', kind: 'DeploymentList', items: [item] })
    assert.deepEqual((object as { items: unknown[] }).items, [place(item).object])
    const other = { ...item, kind: 'StatefulSet' }
    assert.deepEqual(place({ apiVersion: 'apps/v1', kind: 'DeploymentList', items: [other] }).results[0]!.object.kind, 'StatefulSet')
  })

  it('takes a kind that only sounds like a list for what it is', () => {
    assert.deepEqual(outcomes({ apiVersion: 'example.com/v1', kind: 'WaitingList', metadata: { name: 'a' }, items: ['a'] }), ['no pods'])
  })

  it('calls an object by its name, not by what the name was made of', () => {
    const named = (metadata: object) => place({ apiVersion: 'v1', kind: 'Pod', metadata, spec: pod }).results[0]!.object.name
    assert.deepEqual([named({ name: 'web-x7f', generateName: 'web-' }), named({ generateName: 'web-' }), named({})], ['web-x7f', 'web-', '?'])
  })

  it('takes the same kind of another group for what it is: unknown', () => {
    assert.deepEqual(outcomes({ apiVersion: 'example.com/v1', kind: 'Cluster', metadata: { name: 'a' }, spec: { affinity: {} } }), ['no pods'])
  })

  for (const [what, spec] of Object.entries({ 'a list of containers': template, tolerations: { deep: [{ tolerations: [] }] }, 'a nodeSelector': { server: { nodeSelector: { disk: 'ssd' } } }, 'an affinity': { server: { affinity: { podAntiAffinity: {} } } }, 'a template': { server: { podTemplate: {} } }, 'a number of pods': { replicas: 3 }, 'a number of instances': { instances: 3 }, 'init containers': { init: { initContainers: [] } }, 'a spread': { server: { topologySpreadConstraints: [] } }, 'a template by its other name': { server: { podTemplateSpec: {} } } })) {
    it(`reports a kind that it does not know and that has ${what}`, () => {
      const object = { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w' }, spec }
      const { object: same, results: [result] } = place(object)
      assert.equal(same, object)
      assert.equal(result!.outcome, 'not placed')
      assert.match(result!.why!, /^spec(\.\S+)? looks like a pod's settings, but the table/)
    })
  }

  it('places the pods of an object whose spec is null, where they need none', () => {
    assert.deepEqual(place({ apiVersion: 'monitoring.coreos.com/v1', kind: 'Alertmanager', metadata: { name: 'a' }, spec: null }).object, { apiVersion: 'monitoring.coreos.com/v1', kind: 'Alertmanager', metadata: { name: 'a' }, spec: { nodeSelector, tolerations, affinity } })
  })

  it('places such a kind with one more entry in the table', () => {
    const object = { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w' }, spec: template }
    const table = [...workloads, { group: 'example.com', kind: 'Widget', pods: [{ at: 'spec.template.spec' }] }]
    assert.deepEqual(at(placeObject(object, tenantPlacement, table).object, 'spec.template.spec'), placed)
  })

  it('leaves alone what makes no pods', () => {
    for (const kind of ['Service', 'ConfigMap', 'PersistentVolumeClaim', 'NetworkPolicy']) assert.deepEqual(outcomes({ apiVersion: 'v1', kind, metadata: { name: 'a' }, spec: {} }), ['no pods'])
    assert.deepEqual(outcomes({ apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', metadata: { name: 'a' }, scheduling: { tolerations: [] } }), ['no pods'])
    for (const [apiVersion, kind, spec] of [
      ['v1', 'PersistentVolume', { nodeAffinity: { required: {} } }], ['autoscaling/v2', 'HorizontalPodAutoscaler', { replicas: 1 }], ['kyverno.io/v1', 'ClusterPolicy', { rules: [{ validate: { pattern: { spec: { containers: [] } } } }] }],
      ['cilium.io/v2', 'CiliumNetworkPolicy', { nodeSelector: { matchLabels: {} } }], ['cert-manager.io/v1', 'Issuer', { selfSigned: {} }], ['argoproj.io/v1alpha1', 'Application', { source: { helm: { valuesObject: { replicas: 1, tolerations: [] } } } }],
      ['resource.k8s.io/v1', 'ResourceClaim', { devices: { requests: [{ exactly: { tolerations: [] } }] } }], ['jetstream.nats.io/v1beta2', 'Stream', { replicas: 3 }], ['nmstate.io/v1', 'NodeNetworkConfigurationPolicy', { nodeSelector: { a: 'b' } }],
      ['policies.kyverno.io/v1', 'ValidatingPolicy', { tolerations: [] }], ['example.com/v1', 'Widget', { autoscaling: { replicas: 3 }, podTemplate: 'name-of-one' }], ['velero.io/v1', 'Restore', { hooks: { resources: [{ postHooks: [{ init: { initContainers: [] } }] }] } }], ['apps/v1', 'ControllerRevision', { containers: [] }], ['opentelemetry.io/v1beta1', 'OpenTelemetryCollector', { mode: 'sidecar', config: {} }],
    ] as const) assert.deepEqual(outcomes({ apiVersion, kind, metadata: { name: 'a' }, spec }), ['no pods'], kind)
    assert.deepEqual(outcomes({ apiVersion: 'opentelemetry.io/v1beta1', kind: 'OpenTelemetryCollector', metadata: { name: 'a' }, spec: { mode: 'daemonset' } }), ['placed'])
  })

  it('looks for pods in what an unknown kind wants, not in what it reports', () => {
    const widget = (rest: object) => outcomes({ apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w' }, ...rest })
    assert.deepEqual(widget({ status: { replicas: 1, template: { tolerations: [] } } }), ['no pods'])
    assert.deepEqual(widget({ spec: { status: { tolerations: [] } } }), ['not placed'])
  })

  it('reports another kind of a group in which some make no pods', () => {
    assert.deepEqual(outcomes({ apiVersion: 'apps.kruise.io/v1alpha1', kind: 'Widget', metadata: { name: 'w' }, spec: template }), ['not placed'])
  })

  it('names several places of an unknown kind that look like pods', () => {
    const { results: [result] } = place({ apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w' }, spec: { server: { tolerations: [] }, workers: [{ tolerations: [] }] } })
    assert.match(result!.why!, /^spec\.server and spec\.workers\[0\] look like a pod's settings/)
  })

  it('tells of tolerations that admission refuses all the same', () => {
    const refused = (...tolerations: object[]) => placeObject({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec: { containers: [], tolerations } }, tenantPlacement).results[0]!.refused
    assert.equal(refused({ key: 'gpu', operator: 'Exists' }), undefined)
    const table = [{ group: 'example.com', kind: 'Widget', pods: [{ at: 'spec', fields: ['nodeSelector' as const] }] }]
    for (const tolerations of ['all', [null], [{ operator: 'Exists' }]]) {
      const [result] = placeObject({ apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'a' }, spec: { tolerations } }, tenantPlacement, table).results
      assert.deepEqual([result!.outcome, result!.refused], ['placed', undefined])
    }
    for (const wide of [{ operator: 'Exists' }, { key: 'paas-tier', operator: 'Exists' }, { key: 'paas-tier', value: 'cloud' }]) assert.match(refused(wide)!, /^the pod tolerates /)
  })

  it('names the path and both sides of a conflict, and leaves the object as it is', () => {
    const object = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'a', namespace: 'n' }, spec: { template: { spec: { ...pod, nodeSelector: { 'paas-tier': 'platform' } } } } }
    const { object: same, results } = place(object)
    assert.equal(same, object)
    assert.deepEqual(results[0]!.object, { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'n', name: 'a' })
    assert.match(results[0]!.why!, /^spec\.template\.spec: .*paas-tier=platform.*paas-tier=tenant/)
  })

  it('names the item of a list, or the key, in which there is a conflict', () => {
    const conflict = { nodeSelector: { 'paas-tier': 'platform' } }
    const why = (apiVersion: string, kind: string, spec: object) => place({ apiVersion, kind, metadata: { name: 'a' }, spec }).results[0]!.why!
    assert.match(why('minio.min.io/v2', 'Tenant', { pools: [{}, conflict] }), /^spec\.pools\[1\]: /)
    assert.match(why('pxc.percona.com/v1', 'PerconaXtraDBCluster', { pxc: {}, backup: { storages: { s3: {}, fs: conflict } } }), /^spec\.backup\.storages\.fs: /)
  })

  it('refuses a template that names its node', () => {
    assert.match(place({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'a' }, spec: { template: { spec: { ...pod, nodeName: 'n' } } } }).results[0]!.why!, /nodeName=n/)
  })

  it('reports a workload in which the pod is missing or is no pod', () => {
    const deployment = (spec: unknown) => place({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'a' }, spec }).results[0]!
    assert.match(deployment({ replicas: 1 }).why!, /nothing at spec\.template\.spec, where a Deployment has its pods/)
    for (const template of [null, { spec: null }]) assert.match(deployment({ template }).why!, /nothing at spec\.template\.spec/)
    assert.match(deployment({ template: [] }).why!, /spec\.template is no mapping/)
    assert.match(deployment({ template: { spec: 'text' } }).why!, /spec\.template\.spec is no mapping/)
  })

  it('answers any value and any object of a kind that it knows', () => {
    const anything = fc.anything({ withNullPrototype: true })
    const known = fc.tuple(fc.constantFrom(...workloads), anything, anything).map(([{ group, kind }, spec, metadata]) => ({ apiVersion: group === '' ? 'v1' : `${group}/v1`, kind, spec, metadata }))
    const list = anything.map((items) => ({ apiVersion: 'v1', kind: 'List', items }))
    fc.assert(fc.property(fc.oneof(anything, known, list), (object) => { placeObject(object, tenantPlacement) }), { numRuns: 3000 })
  })
})
