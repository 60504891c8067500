import { strict as assert } from 'node:assert'
import { Api } from '../../../lab/pulumi/kubernetes/api.ts'
import { loadKubeconfig } from '../../../lab/pulumi/kubernetes/kubeconfig.ts'
import { normalize } from '../../../lab/pulumi/kubernetes/normalize.ts'
import { prune, type KubernetesObject } from '../../../lab/pulumi/kubernetes/objects.ts'
import { makeProvider } from '../../../lab/pulumi/kubernetes/provider.ts'
import { canonicalQuantity } from '../../../lab/pulumi/kubernetes/quantities.ts'
import { PluginError } from '../../../lab/pulumi/plugin/serve.ts'
import type { Provider } from '../../../lab/pulumi/plugin/provider.ts'
import { UNKNOWN, type Properties } from '../../../lab/pulumi/plugin/values.ts'
import { startCluster, type Cluster } from './cluster.ts'
import { ask, keptLog } from './recording.ts'

describe('kubernetes stand-in on a real API server', function () {
  this.timeout(180_000)
  let cluster: Cluster
  let api: Api
  let provider: Provider
  let log: ReturnType<typeof keptLog>
  before(async () => {
    cluster = await startCluster()
    api = new Api(loadKubeconfig(cluster.kubeconfig, {}))
    await api.discover()
  })
  after(async () => {
    api?.close()
    await cluster?.stop()
  })
  beforeEach(async () => {
    log = keptLog()
    provider = makeProvider(log)
    await provider.configure({ kubeconfig: cluster.kubeconfig }, '')
  })

  const urn = ({ apiVersion = '', kind = '' }: KubernetesObject, name: string, patch = '') =>
    `urn:pulumi:dev::test::kubernetes:${apiVersion.includes('/') ? apiVersion : `core/${apiVersion}`}:${kind}${patch}::${name}`
  const map = (name: string, more: object = {}): KubernetesObject => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' }, ...more })
  const create = async (object: KubernetesObject, more: object = {}, patch = '') => {
    const { response, error } = await ask(provider, 'Create', { urn: urn(object, object.metadata!.name!, patch), properties: object, ...more })
    if (error) throw new Error(error)
    return response as { id: string; properties: Properties & { __fieldManager: string } }
  }
  const update = (object: KubernetesObject, olds: Properties, more: object = {}, patch = '') =>
    ask(provider, 'Update', { id: `default/${object.metadata!.name}`, urn: urn(object, object.metadata!.name!, patch), olds, news: object, oldInputs: {}, ...more })
  /** Changes a ConfigMap as a controller does; kubectl's own fields would be taken over. */
  const meddle = (name: string, more: object) => cluster.kubectl('patch', 'configmap', name, '--field-manager=someone', '--type=merge', '-p', JSON.stringify({ data: more }))
  const data = (name: string) => JSON.parse(cluster.kubectl('get', 'configmap', name, '-o', 'json')).data

  it('spells quantities as this API server spells them', async () => {
    // Nothing below a thousandth: the API server itself rounds those up.
    for (const quantity of ['1024Mi', '1.5Gi', '0.5Gi', '1000m', '0.5', '1500', '2000k', '1e3', '12e2', '1E3', '0', '0.5Ki', '0.1Gi', '1M', '1024', '1023Ki', '.5', '5.', '1Ei', '+7', '1000', '1000000', '1000k', '1000Ki', '1048576', '123456789m']) {
      const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'q', namespace: 'default' }, spec: { hard: { 'requests.memory': quantity, 'requests.cpu': quantity } } }
      const server = await api.create(quota, { dryRun: true })
      assert.equal(canonicalQuantity(quantity), server.spec.hard['requests.cpu'], quantity)
    }
  })

  it('spells objects as this API server gives them back, so that nothing differs after a create', async () => {
    const container = {
      name: 'c', image: 'i', command: ['a', ''], env: [{ name: 'E', value: '' }, { name: 'F', valueFrom: { resourceFieldRef: { resource: 'limits.cpu', divisor: '1000m' } } }], tty: false, stdin: false,
      resources: { limits: { cpu: '1000m', memory: '1024Mi' }, requests: {} }, securityContext: { privileged: false, readOnlyRootFilesystem: false, capabilities: { add: [], drop: ['ALL'] } },
      volumeMounts: [{ name: 'v', mountPath: '/v', readOnly: false, subPath: '' }], livenessProbe: { tcpSocket: { port: 80 }, initialDelaySeconds: 0, periodSeconds: 5 }, ports: [{ containerPort: 80, hostPort: 0, name: '' }],
    }
    const spec = { containers: [container], hostNetwork: false, nodeSelector: {}, tolerations: [], imagePullSecrets: [], serviceAccountName: '', volumes: [{ name: 'v', emptyDir: { sizeLimit: '1024Mi' } }], topologySpreadConstraints: [] }
    const metadata = { name: 'o', namespace: 'default', labels: {}, annotations: {} }
    const selector = { matchLabels: { a: 'b' }, matchExpressions: [] }
    const template = { metadata: { labels: { a: 'b' }, annotations: {} }, spec }
    const objects: KubernetesObject[] = [
      { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: { selector, template, minReadySeconds: 0, paused: false } },
      { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata, spec: { selector, template, serviceName: 's', volumeClaimTemplates: [{ metadata: { name: 'v2' }, spec: { accessModes: ['ReadWriteOnce'], storageClassName: '', resources: { requests: { storage: '1024Mi' } } } }] } },
      { apiVersion: 'v1', kind: 'Service', metadata, spec: { ports: [{ port: 80, nodePort: 0, name: '' }], selector: {}, publishNotReadyAddresses: false, externalIPs: [] } },
      { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata, spec: { podSelector: {}, policyTypes: ['Egress'], ingress: [], egress: [{ to: [], ports: [{ port: 53 }] }, { to: [{ podSelector: {}, namespaceSelector: selector }] }] } },
      { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata, rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'], resourceNames: [] }] },
      { apiVersion: 'v1', kind: 'LimitRange', metadata, spec: { limits: [{ type: 'Container', max: { cpu: '2000m' }, default: { cpu: '1000m', memory: '1024Mi' }, min: {} }] } },
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'o', namespace: 'default' }, stringData: { a: 'ä' }, type: 'Opaque' },
      { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'o' }, spec: { capacity: { storage: '1024Mi' }, accessModes: ['ReadWriteOnce'], local: { path: '/x' }, storageClassName: '', mountOptions: [], nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'k', operator: 'In', values: ['v'] }] }] } } } },
      { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'o' }, value: 0, globalDefault: false, description: '' },
      { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name: 'o' }, provisioner: 'p', parameters: {}, mountOptions: [], allowVolumeExpansion: false },
    ]
    for (const object of objects) {
      const inputs = normalize(object)
      const server = await api.create(inputs, { dryRun: true })
      assert.deepEqual(prune(server, inputs), inputs, object.kind)
    }
  })

  it('waits for many objects at once', async () => {
    const objects = Array.from({ length: 30 }, (_, i): KubernetesObject => ({
      apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: `many-${i}`, namespace: 'default' },
      spec: { replicas: 0, selector: { matchLabels: { i: `${i}` } }, template: { metadata: { labels: { i: `${i}` } }, spec: { containers: [{ name: 'c', image: 'i' }] } } },
    }))
    const made = await Promise.all(objects.map((object) => create(object)))
    assert.equal(made.length, 30)
    await Promise.all(objects.map((object, i) => ask(provider, 'Delete', { id: made[i]!.id, urn: urn(object, 'd'), properties: made[i]!.properties })))
    assert.equal(cluster.kubectl('get', 'deployments', '-o', 'name'), '')
  })

  it('takes back what it said while it waited, when that is over', async () => {
    const object: KubernetesObject = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'said', namespace: 'default' }, spec: { selector: { app: 'none' }, ports: [{ port: 80 }] } }
    const { id, properties } = await create(object)
    const said = () => log.told.map(({ message }) => message)
    assert.deepEqual(said(), ['', '[1/3] Finding Pods to direct traffic to', '✅ Service initialization complete', ''])
    log.told.length = 0
    assert.ifError((await ask(provider, 'Delete', { id, urn: urn(object, 'said'), properties })).error)
    assert.equal(said().at(-1), '')
  })

  it('keeps the object and its reasons when it is not ready in time', async () => {
    const job: KubernetesObject = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'late', namespace: 'default' }, spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } } } }
    await assert.rejects(provider.create({ urn: urn(job, 'late'), type: 'kubernetes:batch/v1:Job', name: 'late', properties: job as Properties, preview: false, timeout: 1 }), (error: PluginError) => {
      assert.match(error.message, /was successfully created, but .* failed to fully initialize or become live: 'late' timed out waiting to be Ready/)
      assert.equal(error.partial!.id, 'default/late')
      assert.equal((error.partial!.properties as any).kind, 'Job')
      return true
    })
  })

  it('ends its waiting when the user cancels', async () => {
    const pod: KubernetesObject = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'waits', namespace: 'default' }, spec: { containers: [{ name: 'c', image: 'i' }] } }
    const waiting = assert.rejects(create(pod), /Resource operation was cancelled for "waits"/)
    while (!log.told.some(({ message }) => message.includes('to be scheduled'))) await new Promise((resolve) => setTimeout(resolve, 20))
    provider.cancel!()
    await waiting
  })

  it('tells which finalizers keep an object from going', async () => {
    const object = map('kept', { metadata: { name: 'kept', namespace: 'default', finalizers: ['test.example/stay'] } })
    const { id, properties } = await create(object)
    const { error } = await ask(provider, 'Delete', { id, urn: urn(object, 'kept'), properties, timeout: 1 })
    assert.match(error!, /timed out waiting for the condition/)
    assert.ok(log.told.some(({ kind, message }) => kind === 'status' && message === 'Resource scheduled for deletion'))
    assert.ok(log.told.some(({ kind, message }) => kind === 'log' && /finalizers might be preventing deletion \(.*test\.example\/stay/.test(message)))
  })

  it('takes fields away again that it has set, and leaves those of others', async () => {
    const { properties } = await create(map('own', { data: { a: '1', b: '1' } }))
    meddle('own', { theirs: '1' })
    const { error } = await update(map('own', { data: { a: '2' } }), properties)
    assert.ifError(error)
    assert.deepEqual(data('own'), { a: '2', theirs: '1' })
  })

  it('reports a field that someone else has taken, unless it is told to force', async () => {
    const { properties } = await create(map('taken', { data: { a: '1' } }))
    meddle('taken', { a: 'theirs' })
    assert.match((await update(map('taken', { data: { a: '2' } }), properties)).error!, /Apply failed with 1 conflict: conflict with "someone" using v1: \.data\.a/)
    const forced = map('taken', { data: { a: '2' }, metadata: { name: 'taken', namespace: 'default', annotations: { 'pulumi.com/patchForce': 'true' } } })
    assert.ifError((await update(forced, properties)).error)
    assert.deepEqual(data('taken'), { a: '2' })
  })

  it('takes over what somebody changed with kubectl, in an update but not in its preview', async () => {
    const { properties } = await create(map('edited', { data: { a: '1' } }))
    cluster.kubectl('patch', 'configmap', 'edited', '--field-manager=kubectl-edit', '--type=merge', '-p', '{"data":{"a":"by hand","more":"by hand"}}')
    const wanted = map('edited', { data: { a: '2' }, metadata: { name: 'edited', namespace: 'default', annotations: { 'pulumi.com/patchFieldManager': 'annex' } } })
    assert.ifError((await update(wanted, properties)).error)
    assert.deepEqual(data('edited'), { a: '2' })
    cluster.kubectl('patch', 'configmap', 'edited', '--field-manager=kubectl-edit', '--type=merge', '-p', '{"data":{"a":"by hand"}}')
    assert.match((await update(wanted, properties, { preview: true })).error!, /conflict with "kubectl-edit" using v1: \.data\.a/)
  })

  it('leaves ignored fields as they are in the cluster', async () => {
    const { properties } = await create(map('ignored', { data: { a: '1', b: '1' } }))
    meddle('ignored', { a: 'theirs' })
    assert.ifError((await update(map('ignored', { data: { a: '2', b: '2' } }), properties, { ignoreChanges: ['data.a'] })).error)
    assert.deepEqual(data('ignored'), { a: 'theirs', b: '2' })
  })

  it('gives a patched object its fields back when the patch goes', async () => {
    cluster.kubectl('create', 'configmap', 'patched', '--from-literal=theirs=1')
    const { id, properties } = await create(map('patched', { data: { mine: '1' } }), {}, 'Patch')
    assert.deepEqual(data('patched'), { mine: '1', theirs: '1' })
    await ask(provider, 'Delete', { id, urn: urn(map('patched'), 'patched', 'Patch'), properties })
    assert.deepEqual(data('patched'), { theirs: '1' })
  })

  it('undoes what somebody changed of a node\'s labels with kubectl when the patch is to force, and reports a conflict otherwise', async () => {
    const node = (annotations: object): KubernetesObject => ({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'worker', labels: { 'paas-tier': 'tenant' }, annotations: { 'pulumi.com/patchFieldManager': 'annex-labels', ...annotations } } })
    cluster.kubectlWith({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'worker' } }, 'create')
    const { properties } = await create(node({}), {}, 'Patch')
    cluster.kubectl('label', 'node', 'worker', 'paas-tier=other', '--overwrite')
    assert.match((await update(node({}), properties, {}, 'Patch')).error!, /conflict with "kubectl-label" using v1: \.metadata\.labels\.paas-tier/)
    for (const preview of [true, false]) assert.ifError((await update(node({ 'pulumi.com/patchForce': 'true' }), properties, { preview }, 'Patch')).error)
    assert.equal(cluster.kubectl('get', 'node', 'worker', '-o', 'jsonpath={.metadata.labels.paas-tier}'), 'tenant')
  })

  it('waits for a namespace that another resource makes at the same time', async () => {
    const inside = map('inside', { metadata: { name: 'inside', namespace: 'later' } })
    const made = create(inside)
    while (!log.told.some(({ message }) => message.startsWith('Retry #0; creation failed: namespaces "later" not found'))) await new Promise((resolve) => setTimeout(resolve, 20))
    await create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'later' } })
    assert.equal((await made).id, 'later/inside')
  })

  it('answers a create preview by the API server, and with the inputs where that cannot be asked', async () => {
    const known = await create(map('new'), { preview: true })
    assert.equal(known.id, '')
    assert.match(known.properties.__fieldManager, /^pulumi-kubernetes-[0-9a-f]{8}$/)
    assert.throws(() => cluster.kubectl('get', 'configmap', 'new'), 'nothing was made')
    for (const object of [map('new', { data: { a: UNKNOWN } }), map('new', { metadata: { name: 'new', namespace: 'none' } }), { apiVersion: 'no.example/v1', kind: 'No', metadata: { name: 'new' } }]) {
      assert.deepEqual((await create(object, { preview: true })).properties, object)
    }
  })

  it('gives an object without a namespace that of the context, and one that belongs in none no namespace', async () => {
    await provider.configure({ kubeconfig: cluster.kubeconfig, namespace: 'kube-public' }, '')
    const check = async (object: KubernetesObject) => (await ask(provider, 'Check', { urn: urn(object, 'x'), news: object })).response.inputs.metadata.namespace
    assert.equal(await check({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' } }), 'kube-public')
    assert.equal(await check({ apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'x' } }), undefined)
    assert.equal(await check({ apiVersion: 'admissionregistration.k8s.io/v1', kind: 'MutatingAdmissionPolicy', metadata: { name: 'x' } }), undefined)
  })

  it('finds the cluster by KUBECONFIG and the context of the stack when the provider is not told', async () => {
    const before = process.env.KUBECONFIG
    process.env.KUBECONFIG = cluster.kubeconfigFile
    try {
      await provider.configure({ context: 'test' }, '')
      assert.equal((await create(map('ambient'))).id, 'default/ambient')
      await provider.configure({ context: 'wrong' }, '')
      await assert.rejects(create(map('ambient')), /cluster is unreachable: unable to load Kubernetes client configuration from kubeconfig file\.[^]* context "wrong" does not exist/)
      await provider.configure({ kubeconfig: 'no such file' }, '')
      await assert.rejects(create(map('ambient')), /cluster is unreachable: failed to parse kubeconfig data in `kubernetes:config:kubeconfig`- /)
    } finally {
      if (before === undefined) delete process.env.KUBECONFIG
      else process.env.KUBECONFIG = before
    }
  })

  it('refuses what it does not cover, by name', async () => {
    const { response } = await ask(provider, 'CheckConfig', { urn: 'urn:pulumi:dev::test::pulumi:providers:kubernetes::p', news: { renderYamlToDirectory: 'x', enableServerSideApply: 'false' } })
    assert.deepEqual(response.failures.map(({ property }: any) => property), ['renderYamlToDirectory', 'enableServerSideApply'])
    const { error } = await ask(provider, 'Check', { urn: 'urn:pulumi:dev::test::kubernetes:helm.sh/v3:Release::r', news: {} })
    assert.match(error!, /stand-in for pulumi-resource-kubernetes does not cover kubernetes:helm\.sh\/v3:Release/)
  })

  describe('while the API server is down', () => {
    before(() => cluster.stopServer())

    it('lets a preview go on, and fails an update with the address that it could not reach', async () => {
      await provider.configure({ kubeconfig: cluster.kubeconfig }, '')
      assert.deepEqual((await create(map('down'), { preview: true })).properties, map('down'))
      await assert.rejects(create(map('down')), /configured Kubernetes cluster is unreachable: unable to load schema information from the API server: Get "https:\/\/127\.0\.0\.1:\d+\/openapi\/v2\?timeout=32s": dial tcp 127\.0\.0\.1:\d+: connect: connection refused/)
    })

    it('drops nothing from the state in a refresh, unless it is told to', async () => {
      const request = { id: 'default/down', urn: urn(map('down'), 'down'), properties: map('down'), inputs: map('down') }
      await provider.configure({ kubeconfig: cluster.kubeconfig }, '')
      assert.match((await ask(provider, 'Read', request)).error!, /failed to read resource state due to unreachable cluster/)
      await provider.configure({ kubeconfig: cluster.kubeconfig, deleteUnreachable: 'true' }, '')
      assert.deepEqual((await ask(provider, 'Read', request)).response, { id: '' })
    })
  })
})
