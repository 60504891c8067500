import assert from 'node:assert/strict'
import path from 'node:path'
import { execa } from 'execa'
import { renderIamService, renderService, renderTestApplication } from '../../../apps/render.ts'
import { podSecurityLabels } from '../../../components/tenant-isolation/render.ts'
import { claim, container, httpRoute, ingress, pod, service } from '../../../proof/attacks/objects.ts'
import { filled } from '../../../proof/attacks/attack.ts'
import { checkout } from '../../../lab/environment.ts'
import { toolPath } from '../../../tools/tools.ts'
import { attacker, type Attacked, eventually, startAttacked } from './attacked.ts'

describe('a tenant at work, on a real API server', function () {
  this.timeout(240_000)
  let attacked: Attacked

  before(async () => { attacked = await startAttacked() })
  after(() => attacked?.stop())

  const asTenant = (args: string[], input?: object) => attacked.kubectl([...attacker.credentials, ...args], input && JSON.stringify(filled(input, attacker.words)))
  const asAdmin = (args: string[], input?: object) => attacked.kubectl(args, input && JSON.stringify(input))
  const dry = ['create', '--dry-run=server', '-f', '-']
  const taken = async (object: object) => {
    const { code, stderr } = await asTenant(dry, object)
    assert.equal(code, 0, stderr)
  }
  const refused = async (object: object, reason: RegExp) => {
    const { code, stderr } = await asTenant(dry, object)
    assert.notEqual(code, 0, JSON.stringify(object))
    assert.match(stderr, reason)
  }

  it('runs annex’s test application as it is, and the platform its iam-service', async () => {
    const app = { apiVersion: 'apps/v1', kind: 'StatefulSet', ...renderTestApplication('one', 'docker.io/library/busybox:1.35.0', '64Mi') }
    const platform = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'paas-system', labels: podSecurityLabels('restricted') } }
    const iam = { apiVersion: 'apps/v1', kind: 'Deployment', ...renderIamService('paas-system', 'docker.io/library/busybox:1.35.0') }
    for (const object of [app, { apiVersion: 'v1', kind: 'Service', ...renderService('test-app', 'one') }, platform, iam]) {
      const { code, stderr } = await asAdmin(['create', '-f', '-'], object)
      assert.equal(code, 0, stderr)
    }
    await eventually('both have pods, and the application its claim', async () => {
      const pods = await asAdmin(['get', 'pods', '-A', '-o', 'name'])
      const claims = await asAdmin(['get', 'persistentvolumeclaims', '-n', 'one', '-o', 'name'])
      return /test-app-0/.test(pods.stdout) && /iam-service/.test(pods.stdout) && /data-test-app-0/.test(claims.stdout)
    })
    const limits = await asAdmin(['get', 'pod', 'test-app-0', '-n', 'one', '-o', 'jsonpath={.spec.containers[0].resources.limits}'])
    assert.match(limits.stdout, /"ephemeral-storage":"256Mi"/)
  })

  it('has its pods made by controllers, by the rules that hold for itself', async () => {
    const deployment = (name: string, image: string) => ({
      apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace: 'one' },
      spec: { selector: { matchLabels: { app: name } }, template: { metadata: { labels: { app: name } }, spec: { ...pod().spec, containers: [{ ...container, image }] } } },
    })
    for (const object of [deployment('fits', '{image}'), deployment('strange', '{strangeImage}')]) assert.equal((await asTenant(['create', '-f', '-'], object)).code, 0)
    await eventually('one has a pod, the other says why it has none', async () => {
      const pods = await asTenant(['get', 'pods', '-n', 'one', '-o', 'name'])
      const why = await asTenant(['get', 'deployment', 'strange', '-n', 'one', '-o', 'jsonpath={.status.conditions[*].message}'])
      return /pod\/fits-/.test(pods.stdout) && /comes from elsewhere: allowed are images of docker\.io\/library, registry\.example:5000\/one/.test(why.stdout)
    })
  })

  it('gets private images pulled anew and traffic kept on the node, without asking for it', async () => {
    const pulled = await asTenant([...dry, '-o', 'jsonpath={.spec.containers[*].imagePullPolicy} {.spec.initContainers[*].imagePullPolicy}'], pod({
      initContainers: [{ ...container, name: 'init', image: '{privateImage}' }],
      containers: [{ ...container, image: '{privateImage}', imagePullPolicy: 'Never' }, { ...container, name: 'public' }],
    }))
    assert.equal(pulled.stdout, 'Always IfNotPresent Always', pulled.stderr)
    const traffic = async (spec: Record<string, unknown>) => (await asTenant([...dry, '-o', 'jsonpath={.spec.trafficDistribution}'], service(spec))).stdout
    assert.equal(await traffic({}), 'PreferSameNode')
    assert.equal(await traffic({ trafficDistribution: 'PreferSameZone' }), 'PreferSameZone')
  })

  it('gets a limit as high as the request where it states requests alone, and no more than it may have', async () => {
    const limits = async (...resources: object[]) => {
      const { stdout, stderr } = await asTenant([...dry, '-o', 'jsonpath={.spec.containers[*].resources.limits}'], pod({ containers: resources.map((it, i) => ({ ...container, name: `c${i}`, resources: it })) }))
      return stdout || stderr
    }
    const given = (limit: object) => JSON.stringify({ cpu: '200m', 'ephemeral-storage': '256Mi', memory: '128Mi', ...limit })
    assert.equal(await limits({}, { requests: { cpu: '250m' } }), `${given({})} ${given({ cpu: '250m' })}`)
    assert.equal(await limits({ requests: { cpu: '100m', memory: '256Mi' } }), given({ memory: '256Mi' }))
    assert.equal(await limits({ requests: { memory: '200Mi' }, limits: { memory: '300Mi' } }), given({ memory: '300Mi' }))
    await refused(pod({ containers: [{ ...container, resources: { requests: { memory: '100Gi' } } }] }), /maximum memory usage per (Container|Pod) is|exceeded quota/)
  })

  it('gets the storage class of the VPS for a claim that names none, with and without a default class in the cluster, and is told why no other can be', async () => {
    const classOf = async (spec: Record<string, unknown>) => (await asTenant([...dry, '-o', 'jsonpath={.spec.storageClassName}'], claim({ storageClassName: undefined, ...spec }))).stdout
    assert.equal(await classOf({}), 'local-storage-vps')
    await refused(claim({ storageClassName: 'csi-ceph-ssd-me1' }), /storageClassName is csi-ceph-ssd-me1, whose volumes can never be attached to a VPS: set storageClassName: local-storage-vps/)
    await refused(claim({ storageClassName: '' }), /storageClassName is not set/)
    const old = claim({}) as { metadata: object }
    await refused({ ...old, metadata: { ...old.metadata, annotations: { 'volume.beta.kubernetes.io/storage-class': 'csi-ceph-ssd-me1' } } }, /storageClassName is csi-ceph-ssd-me1/)
    const storageClass = (name: string, isDefault: string) => ({ apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name, annotations: { 'storageclass.kubernetes.io/is-default-class': isDefault } }, provisioner: 'rbd.csi.ceph.com' })
    for (const object of [storageClass('csi-ceph-ssd-me1', 'true'), storageClass('csi-ceph-hdd', 'false')]) assert.equal((await asAdmin(['create', '-f', '-'], object)).code, 0)
    await eventually('the cluster’s default class is seen', async () => (await asAdmin([...dry, '-o', 'jsonpath={.spec.storageClassName}'], { ...claim({ storageClassName: undefined }), metadata: { name: 'x', namespace: 'default' } })).stdout === 'csi-ceph-ssd-me1')
    await eventually('it is replaced', async () => (await classOf({})) === 'local-storage-vps')
    await refused(claim({ storageClassName: 'csi-ceph-hdd' }), /storageClassName is csi-ceph-hdd/)
    for (const name of ['csi-ceph-ssd-me1', 'csi-ceph-hdd']) await asAdmin(['delete', 'storageclass', name])
  })

  it('is told by an image what a container runtime would read in it', async () => {
    for (const image of ['busybox:1', 'library/busybox', 'docker.io/busybox:1', 'index.docker.io/busybox', 'index.docker.io/library/busybox:1', 'docker.io/library/busybox@sha256:' + 'a'.repeat(64)]) await taken(pod({}, { image }))
    for (const image of ['other/busybox:1', 'docker.io/other/app', 'index.docker.io/other/app', 'index.docker.io.evil.example/library/app', 'docker.io/librarything/app', 'LIBRARY/busybox', 'localhost/library/busybox', 'registry.example:5000/onemore/app', 'registry.example:50001/one/app', 'docker.io.evil.example/library/app']) {
      await refused(pod({}, { image }), /image-registries.* comes from elsewhere/)
    }
  })

  it('uses what its configuration gives it', async () => {
    assert.equal((await asAdmin(['create', 'priorityclass', 'tenant-batch', '--value=10'])).code, 0)
    await eventually('its priority class is known', async () => (await asTenant(dry, pod({ priorityClassName: 'tenant-batch' }))).code === 0)
    const backend = { service: { name: 'web', port: { number: 80 } } }
    const rule = (host: string) => ({ host, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } })
    await taken(ingress({ rules: [rule('one.example.org'), rule('www.one.example.org'), rule('*.one.example.org')], tls: [{ hosts: ['one.example.org'], secretName: 'tls' }] }))
    await taken(httpRoute({ hostnames: ['api.one.example.org'] }))
    await taken(claim({}))
  })

  it('may not go back on what was refused, by a change', async () => {
    assert.equal((await asTenant(['create', '-f', '-'], service({ selector: { app: 'x' } }))).code, 0)
    assert.match((await asTenant(['patch', 'service', 'attack', '-n', 'one', '-p', '{"spec":{"externalIPs":["198.51.100.9"]}}'])).stderr, /CVE-2020-8554/)
    assert.equal((await asTenant(['create', '-f', '-'], claim({}))).code, 0)
    assert.match((await asTenant(['patch', 'persistentvolumeclaim', 'attack', '-n', 'one', '-p', '{"spec":{"volumeName":"somebody-elses"}}'])).stderr, /does not choose its volume/)
    assert.equal((await asAdmin(['patch', 'persistentvolumeclaim', 'attack', '-n', 'one', '--dry-run=server', '-p', '{"spec":{"volumeName":"one-of-mine"}}'])).code, 0, 'the binder could not bind it either')
  })

  it('takes no name, secret or disk of others by an annotation', async () => {
    const rules = [{ host: 'one.example.org', http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'web', port: { number: 80 } } } }] } }]
    const annotated = (object: { metadata: object }, annotations: object) => ({ ...object, metadata: { ...object.metadata, annotations } })
    const names = ['external-dns.alpha.kubernetes.io/hostname', 'nginx.ingress.kubernetes.io/server-alias', 'cert-manager.io/alt-names', 'external-dns.kubernetes.io/hostname', 'my-external-dns/internal-hostname']
    for (const name of names) {
      await taken(annotated(ingress({ rules }), { [name]: 'www.one.example.org, one.example.org' }))
      await refused(annotated(ingress({ rules }), { [name]: 'one.example.org, two.example.org' }), /ingress-hosts.*name of somebody else in \S+: allowed are one\.example\.org/)
    }
    for (const alias of ['~^.*$|.one.example.org', '~^two[.]example[.]org$|.one.example.org', 'two.example.org x.one.example.org']) {
      await refused(annotated(ingress({ rules }), { [names[1]!]: alias }), /name of somebody else/)
    }
    await taken(annotated(ingress({ rules }), { [names[1]!]: '*.one.example.org' }))
    for (const name of [names[0]!, ...names.slice(3)]) {
      await refused(annotated(service({ selector: { app: 'x' } }), { [name]: 'kubernetes.example.org' }), /name of somebody else/)
      await refused(pod({}, {}, { annotations: { [name]: 'kubernetes.example.org' } }), /pod-hosts.*name of somebody else/)
    }
    await taken(annotated(ingress({ rules }), { 'nginx.ingress.kubernetes.io/auth-secret': 'one-db/users', 'nginx.ingress.kubernetes.io/auth-tls-secret': 'ca' }))
    await refused(annotated(ingress({ rules }), { 'nginx.ingress.kubernetes.io/auth-tls-secret': 'two/ca' }), /auth-tls-secret, with a secret of another namespace/)
    await refused(annotated(claim({}), { 'volume.kubernetes.io/selected-node': 'vps-of-two' }), /the scheduler chooses the node of a claim/)
  })

  it('lets go of what was allowed before and is not any more, whoever takes the finalizer off', async () => {
    const rules = [{ host: 'one.example.org', http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'web', port: { number: 80 } } } }] } }]
    const object = filled(ingress({ rules }), attacker.words) as { metadata: { name: string; namespace: string } }
    const finalizers = ['cloud.example/balancer']
    const held = { ...object, metadata: { ...object.metadata, name: 'held', finalizers } }
    const plain = filled(service({ selector: { app: 'x' } }), attacker.words) as typeof object
    const published = { ...plain, metadata: { ...plain.metadata, name: 'held', finalizers, annotations: { 'external-dns.kubernetes.io/hostname': 'one.example.org' } } }
    for (const it of [held, published]) assert.equal((await asTenant(['create', '-f', '-'], it)).code, 0)
    const before = (await asAdmin(['get', 'namespace', 'one', '-o', 'jsonpath={.metadata.annotations.annex/ingress-hosts}'])).stdout
    assert.equal((await asAdmin(['annotate', 'namespace', 'one', '--overwrite', 'annex/ingress-hosts=other.example.org'])).code, 0)
    try {
      await eventually('the name is somebody else’s', async () => (await asTenant(dry, ingress({ rules }))).code !== 0)
      assert.equal((await asAdmin(['delete', 'ingress/held', 'service/held', '-n', 'one', '--wait=false'])).code, 0)
      const off = ['patch', 'ingress', 'held', '-n', 'one', '--type=json', '-p']
      // What is being deleted is served until it is gone: it may not be changed either.
      assert.match((await asTenant([...off, '[{"op":"replace","path":"/spec/rules/0/host","value":"two.example.org"}]'])).stderr, /two\.example\.org/)
      for (const kind of ['ingress', 'service']) {
        const taken = await asAdmin(['patch', kind, 'held', '-n', 'one', '--type=json', '-p', '[{"op":"remove","path":"/metadata/finalizers"}]'])
        assert.equal(taken.code, 0, taken.stderr)
      }
    } finally {
      await asAdmin(['annotate', 'namespace', 'one', '--overwrite', `annex/ingress-hosts=${before}`])
      await eventually('the name is its own again', async () => (await asTenant(dry, ingress({ rules }))).code === 0)
    }
  })

  it('gives away no right of Kubernetes’ own roles that it does not have', async () => {
    await eventually('the roles have their rules', async () => (await asAdmin(['get', 'clusterrole', 'view', '-o', 'jsonpath={.rules[*].verbs}'])).stdout !== '')
    for (const role of ['view', 'edit', 'admin', 'cluster-admin']) {
      assert.match((await asTenant(['create', 'rolebinding', 'own', '-n', 'one', `--clusterrole=${role}`, '--user=bob', '--dry-run=server'])).stderr, /attempting to grant RBAC permissions not currently held/)
    }
  })

  it('has nothing of the cluster but the right to ask what it may do', async () => {
    const { stdout } = await asTenant(['auth', 'can-i', '--list', '-n', 'kube-system'])
    const resources = stdout.split('\n').slice(1).map((line) => line.split(/\s+/)[0]!).filter((it) => it !== '' && !it.startsWith('['))
    assert.deepEqual([...new Set(resources)].sort(), ['selfsubjectaccessreviews.authorization.k8s.io', 'selfsubjectreviews.authentication.k8s.io', 'selfsubjectrulesreviews.authorization.k8s.io'])
  })

  it('is explained when it does not go: by the finalizer of an operator, a pod whose node does not answer, and a dead API service', async () => {
    const namespace = 'stuck'
    const asked = (...args: string[]) => execa(process.execPath, ['proof/why-terminating.ts', ...args], { cwd: checkout, reject: false, env: { PATH: `${path.dirname(toolPath('kubectl'))}:${process.env['PATH']}` } })
    const why = async () => (await asked(namespace, '--kubeconfig', attacked.cluster.kubeconfigFile)).stdout
    assert.equal((await asked()).exitCode, 2)
    const missing = await asked(namespace, '--kubeconfig', attacked.cluster.kubeconfigFile)
    assert.deepEqual([missing.exitCode, missing.stdout], [1, ''])
    assert.match(missing.stderr, /namespaces "stuck" not found/)
    assert.equal((await asAdmin(['create', 'namespace', namespace])).code, 0)
    assert.equal(await why(), '- namespace stuck is not being deleted')
    const held = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'held', namespace, finalizers: ['operator.example/backup'] } }
    const lost = { ...filled(pod({ nodeName: 'vps-worker-9' }), { ...attacker.words, namespace }), metadata: { name: 'lost', namespace } }
    const binding = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', metadata: { name: 'bound', namespace, finalizers: ['operator.example/backup'] }, roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' } }
    for (const object of [held, binding, lost]) assert.equal((await asAdmin(['create', '-f', '-'], object)).code, 0)
    assert.equal((await asAdmin(['delete', 'namespace', namespace, '--wait=false'])).code, 0)
    await eventually('the pod is told', async () => /Pod lost waits for the kubelet of vps-worker-9 to end it/.test(await why()))
    assert.equal((await asAdmin(['delete', 'pod', 'lost', '-n', namespace, '--force', '--grace-period=0'])).code, 0)
    // Pods go first; only then everything else is deleted.
    await eventually('the finalizer is told', async () => /ConfigMap held waits for operator\.example\/backup: the operator that set it must take it off.*kubectl patch configmap held -n stuck /.test(await why()))
    let told: string[] | null = null
    await eventually('the command that frees it names its API group', async () => (told = /kubectl patch (rolebinding\.rbac\S+ bound -n stuck) /.exec(await why())) !== null)
    assert.equal((await asAdmin(['patch', ...told![1]!.split(' '), '--type=merge', '-p', '{"metadata":{"finalizers":null}}'])).code, 0)
    const dead = { apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', metadata: { name: 'v1.dead.example' }, spec: { group: 'dead.example', version: 'v1', groupPriorityMinimum: 100, versionPriority: 100, service: { name: 'gone', namespace: 'default' } } }
    assert.equal((await asAdmin(['create', '-f', '-'], dead)).code, 0)
    await eventually('the dead API service and what is left beside it are told', async () => /does not know all kinds.*dead\.example.*\n- ConfigMap held waits/.test(await why()))
    assert.equal((await asAdmin(['delete', 'apiservice', 'v1.dead.example'])).code, 0)
    assert.equal((await asAdmin(['patch', 'configmap', 'held', '-n', namespace, '--type=merge', '-p', '{"metadata":{"finalizers":null}}'])).code, 0)
    assert.equal((await asAdmin(['wait', `namespace/${namespace}`, '--for=delete', '--timeout=60s'])).code, 0)
  })

  it('is deleted by nobody while it is protected, and leaves nothing when it is not', async () => {
    assert.match((await asAdmin(['delete', 'namespace', 'one', '--wait=false'])).stderr, /namespace one is protected.*set protect: false in annex:tenants/)
    assert.equal((await asAdmin(['annotate', 'namespace', 'one', 'annex/protected=false', '--overwrite'])).code, 0)
    // No kubelet ends the pods here.
    await asAdmin(['delete', 'pods', '--all', '-n', 'one', '--force', '--grace-period=0'])
    assert.equal((await asAdmin(['delete', 'namespace', 'one', '--wait=false'])).code, 0)
    await eventually('the namespace is gone', async () => {
      await asAdmin(['delete', 'pods', '--all', '-n', 'one', '--force', '--grace-period=0'])
      return (await asAdmin(['get', 'namespace', 'one'])).code !== 0
    })
  })
})
