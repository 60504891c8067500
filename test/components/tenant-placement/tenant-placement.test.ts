import assert from 'node:assert/strict'
import * as pulumi from '@pulumi/pulumi'
import { placePod, tenantPlacement } from '../../../components/tenant-placement/place-pod.ts'
import { placing } from '../../../components/tenant-placement/tenant-placement.ts'

const pod = { containers: [{ name: 'c', image: 'busybox:1' }] }
const placed = placePod(pod, tenantPlacement).spec!
const template = { template: { spec: pod } }
const transform = placing(tenantPlacement)

async function apply(type: string, props: pulumi.Inputs): Promise<any> {
  const result = await transform({ type, name: 'it', props, opts: {}, custom: true })
  return (result as pulumi.ResourceTransformResult | undefined)?.props
}

function known(output: unknown): Promise<any> {
  return new Promise((resolve) => { (pulumi.output(output) as pulumi.Output<unknown>).apply(resolve) })
}

/** What a transform warns of; the engine is not there to take it. */
async function warnings(run: () => Promise<unknown>): Promise<string[]> {
  const said: string[] = []
  const { warn } = pulumi.log
  const log = pulumi.log as { warn: unknown }
  log.warn = (message: string) => { said.push(message) }
  try {
    await run()
  } finally {
    log.warn = warn
  }
  return said
}

describe('the transform of TenantPlacement', () => {
  const types: [string, object, object][] = [
    ['kubernetes:core/v1:Pod', { spec: pod }, { spec: placed }],
    ['kubernetes:core/v1:PodTemplate', template, { template: { spec: placed } }],
    ['kubernetes:core/v1:ReplicationController', { spec: template }, { spec: { template: { spec: placed } } }],
    ['kubernetes:apps/v1:DaemonSet', { spec: template }, { spec: { template: { spec: placed } } }],
    ['kubernetes:apps/v1beta1:Deployment', { spec: template }, { spec: { template: { spec: placed } } }],
    ['kubernetes:extensions/v1beta1:Deployment', { spec: template }, { spec: { template: { spec: placed } } }],
    ['kubernetes:apps/v1:DeploymentPatch', { spec: { template: { spec: { nodeSelector: {}, tolerations: [] } } } }, { spec: { template: { spec: { nodeSelector: placed.nodeSelector, tolerations: placed.tolerations } } } }],
    ['kubernetes:batch/v1:CronJob', { spec: { jobTemplate: { spec: template } } }, { spec: { jobTemplate: { spec: { template: { spec: placed } } } } }],
    ['kubernetes:apps/v1:DeploymentList', { items: [{ spec: template }] }, { items: [{ spec: { template: { spec: placed } } }] }],
    ['kubernetes:postgresql.cnpg.io/v1:Cluster', { spec: { instances: 1 } }, { spec: { instances: 1, affinity: { nodeSelector: placed.nodeSelector, tolerations: placed.tolerations, nodeAffinity: placed.affinity!.nodeAffinity } } }],
    ['kubernetes:postgresql.cnpg.io/v1:ClusterPatch', { spec: { affinity: { nodeSelector: {} } } }, { spec: { affinity: { nodeSelector: placed.nodeSelector } } }],
  ]
  for (const [type, props, expected] of types) {
    it(`places ${type}`, async () => {
      assert.deepEqual(await known(await apply(type, props)), expected)
    })
  }

  it('makes no pod settings in a patch that says nothing of pods', async () => {
    for (const props of [{ metadata: { name: 'a' } }, { spec: { replicas: 2 } }]) assert.deepEqual(await apply('kubernetes:apps/v1:DeploymentPatch', props), props)
    assert.deepEqual(await apply('kubernetes:postgresql.cnpg.io/v1:ClusterPatch', { spec: { instances: 2 } }), { spec: { instances: 2 } })
  })

  it('writes no setting into a patch that the patch does not have: the API server would put it in the place of the object’s own', async () => {
    const preferred = { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, preference: { matchExpressions: [{ key: 'disk', operator: 'Exists' }] } }] }
    const later = (value: unknown) => pulumi.output(value)
    for (const spec of [{ containers: [{ name: 'c', image: 'c:1' }] }, { affinity: { podAntiAffinity: {} } }, { affinity: { nodeAffinity: preferred } }, { affinity: later({ podAntiAffinity: {} }) }]) {
      const props = { spec: { template: { spec } } }
      assert.deepEqual(await known(await apply('kubernetes:apps/v1:DeploymentPatch', props)), await known(props))
    }
    const terms = [{ matchExpressions: [{ key: 'zone', operator: 'In', values: ['a'] }] }]
    for (const wrap of [later, (value: unknown) => value]) {
      const patched = await known(await apply('kubernetes:apps/v1:DeploymentPatch', { spec: { template: { spec: { affinity: wrap({ nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } } }) } } } })) as { spec: { template: { spec: Record<string, any> } } }
      const { spec } = patched.spec.template
      assert.deepEqual(Object.keys(spec), ['affinity'])
      assert.equal(spec['affinity'].nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].key, 'zone')
      assert.ok(spec['affinity'].nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions.length > 1)
    }
  })

  it('refuses a patch that contradicts the placement', async () => {
    await assert.rejects(async () => known(await apply('kubernetes:apps/v1:DeploymentPatch', { spec: { template: { spec: { nodeSelector: { 'paas-tier': 'platform' } } } } })), /paas-tier/)
  })

  it('leaves the components of charts and YAML files alone, whose children it is given', async () => {
    for (const type of ['kubernetes:yaml:ConfigFile', 'kubernetes:yaml/v2:ConfigGroup', 'kubernetes:helm.sh/v3:Chart', 'kubernetes:helm.sh/v4:Chart', 'kubernetes:kustomize/v2:Directory']) {
      assert.equal(await apply(type, { objs: [{ spec: pod }] }), undefined, type)
    }
  })

  it('leaves alone what makes no pods', async () => {
    for (const type of ['kubernetes:core/v1:Service', 'command:remote:Command', 'pulumi:pulumi:Stack']) assert.equal(await apply(type, { spec: {} }), undefined, type)
    for (const spec of [{ mode: 'sidecar' }, pulumi.output({ mode: 'sidecar' })]) assert.deepEqual(await known(await apply('kubernetes:opentelemetry.io/v1beta1:OpenTelemetryCollector', { spec })), { spec: { mode: 'sidecar' } })
  })

  it('keeps a secret and an unknown where they are: the rest stays readable in the preview', async () => {
    const secret = pulumi.secret('word')
    const { spec } = await apply('kubernetes:apps/v1:Deployment', { spec: { template: { spec: { containers: [{ name: 'c', env: [{ name: 'A', value: secret }] }] } } } })
    assert.equal(spec.template.spec.containers[0].env[0].value, secret)
    assert.deepEqual(spec.template.spec.nodeSelector, placed.nodeSelector)
  })

  it('places a pod whose own settings, or whose whole, come later', async () => {
    const own = { ...pod, nodeSelector: pulumi.output({ zone: 'a' }) }
    const expected = { 'paas-tier': 'tenant', zone: 'a' }
    for (const spec of [own, pulumi.output(own)]) {
      const props = await known(await apply('kubernetes:core/v1:Pod', { spec }))
      assert.deepEqual(props.spec.nodeSelector, expected)
      assert.deepEqual(props.spec.tolerations, placed.tolerations)
    }
  })

  it('stops the run where a workload contradicts its placement, and names it', async () => {
    await assert.rejects(() => apply('kubernetes:core/v1:Pod', { spec: { ...pod, nodeSelector: { 'paas-tier': 'platform' } } }), /it: spec: the pod's nodeSelector has paas-tier=platform/)
  })

  it('warns of what it cannot place', async () => {
    assert.match((await warnings(() => apply('kubernetes:example.com/v1:Widget', { spec: template })))[0]!, /^it: its pods are not placed here: spec\.template\.spec looks like/)
    assert.match((await warnings(() => apply('kubernetes:helm.sh/v3:Release', { chart: 'n8n' })))[0]!, /Helm renders a Release when it is applied/)
    assert.deepEqual(await warnings(() => apply('kubernetes:core/v1:Service', { spec: {} })), [])
  })
})
