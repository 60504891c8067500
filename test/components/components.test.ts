import assert from 'node:assert/strict'
import * as k8s from '@pulumi/kubernetes'
import * as pulumi from '@pulumi/pulumi'
import { ownFields } from '../../components/field-manager.ts'
import { LocalStorage } from '../../components/local-storage/local-storage.ts'
import { VolumeAgents } from '../../components/local-storage/volume-agents.ts'
import { stackLabel } from '../../components/tenant-isolation/names.ts'
import { TenantAdmission, type TenantAdmissionArgs } from '../../components/tenant-isolation/tenant-admission.ts'
import { TenantIsolation } from '../../components/tenant-isolation/tenant-isolation.ts'
import { nodePoolLabel } from '../../components/tenant-placement/node-pools.ts'
import { PlacementAdmission } from '../../components/tenant-placement/placement-admission.ts'
import { tenantPlacement } from '../../components/tenant-placement/place-pod.ts'
import { placing } from '../../components/tenant-placement/tenant-placement.ts'
import { WireGuardTunnel } from '../../components/wireguard-tunnel/wireguard-tunnel.ts'
import { placementAdmissionArgs, storageArgs, tenantArgs, tunnelArgs, volumeAgentsArgs } from '../../config/arguments.ts'
import { registered } from '../mocks.ts'
import { program } from '../program.ts'
import { bareHosts, settingsOf } from '../settings.ts'

describe('the components, under mocks', () => {
  it('register the whole dev stack, with a host key on every connection and no private key anywhere', async () => {
    const { resources: all } = await registered(() => program('Pulumi.dev.yaml'))
    const commands = all.filter(({ type }) => type === 'command:remote:Command')
    assert.ok(commands.length >= 7, `${commands.length} remote commands`)
    for (const { name, inputs } of commands) {
      // The SDK makes the whole connection a secret.
      const connection = inputs.connection.value
      assert.match(connection.hostKey, /^ssh-ed25519 /, name)
      assert.equal(connection.privateKey, undefined, name)
    }
    assert.doesNotMatch(JSON.stringify(all), /PRIVATE KEY/)
  })

  it('give every tenant its namespace under restricted, default-deny, quota, limits and role', async () => {
    const { resources: all } = await registered(() => program('Pulumi.dev.yaml'))
    for (const tenant of ['paas-tenant-1', 'paas-tenant-2']) {
      const kinds = all.filter(({ inputs }) => inputs.metadata?.namespace === tenant).map(({ type }) => type.split(':').at(-1))
      for (const kind of ['NetworkPolicy', 'ResourceQuota', 'LimitRange', 'Role', 'RoleBinding']) assert.ok(kinds.includes(kind), `${tenant} has no ${kind}`)
      assert.deepEqual(all.filter(({ type, inputs }) => type === 'kubernetes:core/v1:ResourceQuota' && inputs.metadata.namespace === tenant).map(({ inputs }) => inputs.metadata.name), ['tenant', 'tenant-affinity'])
      const namespace = all.find(({ type, name }) => type === 'kubernetes:core/v1:Namespace' && name === tenant)
      assert.equal(namespace?.inputs.metadata.labels['pod-security.kubernetes.io/enforce'], 'restricted')
    }
  })

  it('force the labels of a node, which belong to whoever changed them last', async () => {
    const { resources } = await registered(() => program('Pulumi.dev.yaml'))
    const labels = resources.filter(({ type }) => type === 'kubernetes:core/v1:NodePatch')
    assert.equal(labels.length, 1)
    for (const { inputs } of labels) assert.equal(inputs.metadata.annotations['pulumi.com/patchForce'], 'true')
  })

  it('give a node its pool again when it has joined again, which it had lost', async () => {
    const { resources: all } = await registered(() => program('Pulumi.dev.yaml'))
    const [join, labels] = [/^vps-worker-1-join-(?=[0-9a-f]{8}$)/, /^vps-worker-1-labels-/].map((prefix) => all.flatMap(({ name }) => (prefix.test(name) ? [name.replace(prefix, '')] : [])))
    assert.equal(join!.length, 1)
    assert.deepEqual(labels, join)
  })

  it('give every node its pool, and the cluster a binding for each admission policy', async () => {
    const { resources: all } = await registered(() => program('Pulumi.dev.yaml'))
    const pools = all.filter(({ type }) => type === 'kubernetes:core/v1:NodePatch').map(({ inputs }) => [inputs.metadata.name, inputs.metadata.labels[nodePoolLabel]])
    assert.deepEqual(pools, [['vps-worker-1', 'shared']])
    const policies = all.filter(({ type }) => type.startsWith('kubernetes:admissionregistration.k8s.io/v1:'))
    const named = (suffix: RegExp, nameOf: (inputs: any) => string) => new Set(policies.filter(({ type }) => suffix.test(type)).map(({ type, inputs }) => `${type.replace(/Binding$/, '')} ${nameOf(inputs)}`))
    assert.ok(policies.length >= 10)
    assert.deepEqual(named(/Binding$/, (it) => it.spec.policyName), named(/Policy$/, (it) => it.metadata.name))
  })

  it('protect the namespaces of a tenant unless its configuration says otherwise, and give its pods no token', async () => {
    const settings = settingsOf('Pulumi.prod.yaml')
    const tenant = { ...settings.tenants[0]!, namespaces: [{ name: 'further', quota: settings.tenants[0]!.quota }] }
    // Mocks are not told of it; the SDK keeps it here.
    const isProtected: Record<string, unknown> = {}
    const { resources: all } = await registered(() => {
      for (const protect of [true, false]) {
        const { ready } = new TenantIsolation(String(protect), tenantArgs(settings, { ...tenant, protect }))
        isProtected[String(protect)] = ready.filter((it) => it instanceof k8s.core.v1.Namespace).map((it) => (it as unknown as { __protect: boolean }).__protect)
      }
    })
    assert.deepEqual(isProtected, { true: [true, true], false: [false, false] })
    for (const name of ['paas-tenant-1', 'further']) {
      const account = all.find((it) => it.type === 'kubernetes:core/v1:ServiceAccountPatch' && it.name === `${name}-default`)
      assert.equal(account?.inputs.automountServiceAccountToken, false)
      assert.equal(account?.inputs.metadata.namespace, name)
      assert.equal(all.find((it) => it.type === 'kubernetes:core/v1:Namespace' && it.name === name)?.inputs.metadata.annotations['annex/protected'], 'true')
    }
  })

  it('mark the namespaces of the platform and of tenants as their stack’s, by which the next preflight knows them', async () => {
    const { resources: all } = await registered(() => program('Pulumi.dev.yaml'))
    const marked = all.filter(({ type, inputs }) => type === 'kubernetes:core/v1:Namespace' && inputs.metadata.labels[stackLabel] === 'test').map(({ name }) => name)
    assert.deepEqual(marked.sort(), ['paas-operators', 'paas-system', 'paas-tenant-1', 'paas-tenant-2'])
  })

  it('fill in what pods lack only where the API server can, and pull every image anew only where a kubelet is too old', async () => {
    const made = async (args: TenantAdmissionArgs) => {
      const { resources } = await registered(() => { new TenantAdmission('tenant-admission', args) })
      const listed = resources.flatMap(({ inputs }) => inputs.spec?.variables ?? []).filter(({ name }) => name === 'listed')
      return { mutating: resources.some(({ type }) => type.endsWith(':MutatingAdmissionPolicy')), pullAll: listed.length > 0 && listed.every(({ expression }) => expression === '["*"]') }
    }
    for (const mutating of [false, true]) {
      for (const pullAll of [false, true]) assert.deepEqual(await made({ mutating, pullAll }), { mutating, pullAll })
    }
  })

  it('refuse a cluster that has no admission policies, which placement needs', async () => {
    const settings = settingsOf('Pulumi.dev.yaml')
    const args = placementAdmissionArgs(settings, { ...bareHosts(settings), admissionApi: { mutating: false, validating: false } })!
    await registered(() => { assert.throws(() => new PlacementAdmission('placement-admission', args), /no ValidatingAdmissionPolicy/) })
  })

  it('leave a worker without volumes alone', async () => {
    const settings = settingsOf('Pulumi.dev.yaml')
    const bare = { ...settings.workers[0]!, name: 'bare', storage: { ...settings.workers[0]!.storage, volumes: [] } }
    const both = { ...settings, workers: [...settings.workers, bare] }
    const { resources: all } = await registered(() => {
      new LocalStorage('storage', storageArgs(both, bareHosts(both)))
      new VolumeAgents('agents', volumeAgentsArgs(both))
    })
    const hosts = all.filter(({ type }) => ['command:remote:Command', 'kubernetes:apps/v1:DaemonSet'].includes(type)).map(({ name }) => name)
    assert.deepEqual(hosts.sort(), ['agents-vps-worker-1', 'storage-vps-worker-1-converge'])
  })

  it('name the workers of a tunnel when asked for another one', () => {
    const settings = settingsOf('Pulumi.dev.yaml')
    const args = tunnelArgs(settings, bareHosts(settings))
    assert.throws(() => new WireGuardTunnel('tunnel', { ...args, workers: [] }).network('nobody'), /nobody is none of its workers/)
  })
})

describe('the transform of TenantPlacement', () => {
  const transform = placing(tenantPlacement)
  const pod = { containers: [{ name: 'c', image: 'busybox:1' }] }
  const workloads: Record<string, object> = {
    'kubernetes:core/v1:Pod': { spec: pod },
    'kubernetes:core/v1:PodPatch': { spec: { nodeSelector: {} } },
    'kubernetes:apps/v1:Deployment': { spec: { template: { spec: pod } } },
    'kubernetes:apps/v1:StatefulSet': { spec: { template: { spec: pod } } },
    'kubernetes:batch/v1:CronJob': { spec: { jobTemplate: { spec: { template: { spec: pod } } } } },
  }
  const apply = async (type: string, props: object) => {
    const result = await transform({ type, name: 'it', props, opts: {}, custom: true })
    return result && (await promised(pulumi.output(result.props)))
  }

  for (const [type, props] of Object.entries(workloads)) {
    it(`places ${type}`, async () => {
      assert.match(JSON.stringify(await apply(type, props)), /"nodeSelector":\{"paas-tier":"tenant"\}/)
    })
  }

  it('leaves alone what makes no pods', async () => {
    assert.equal(await apply('kubernetes:core/v1:Service', { spec: {} }), undefined)
    assert.equal(await apply('command:remote:Command', {}), undefined)
  })
})

describe('the field manager of annex', () => {
  const apply = async (type: string, props: object) => {
    const result = await ownFields({ type, name: 'it', props, opts: {}, custom: true })
    return result && (await promised(pulumi.output(result.props)))
  }
  const key = 'pulumi.com/patchFieldManager'

  it('is the same for every object, so that one taken over after a killed run has no second owner', async () => {
    assert.deepEqual(await apply('kubernetes:core/v1:Service', { metadata: { name: 'it', annotations: { mine: 'kept' } } }), { metadata: { name: 'it', annotations: { [key]: 'annex', mine: 'kept' } } })
  })

  it("is each patch's own, so that two patches of one object keep out of each other's fields", async () => {
    assert.deepEqual(await apply('kubernetes:core/v1:NodePatch', { metadata: { name: 'n' } }), { metadata: { name: 'n', annotations: { [key]: 'annex-it' } } })
  })

  it('is the one that an object names itself', async () => {
    assert.deepEqual(await apply('kubernetes:core/v1:Service', { metadata: { annotations: { [key]: 'other' } } }), { metadata: { annotations: { [key]: 'other' } } })
  })

  it('is no matter of what is no Kubernetes object', async () => {
    for (const type of ['command:remote:Command', 'kubernetes:helm.sh/v3:Chart', 'annex:index:VpsWorker']) assert.equal(await apply(type, {}), undefined)
  })
})

function promised<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => { output.apply(resolve as (value: unknown) => void) })
}
