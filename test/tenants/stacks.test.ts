import assert from 'node:assert/strict'
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { environment, openEnvironment, type StackedEnvironment } from '../../lab/scale/environment.ts'
import { checkout } from '../../lab/environment.ts'
import { type Cluster, startCluster } from '../lab/pulumi/cluster.ts'

const one = "- {stack: 1, name: one, group: 'annex:one', protect: false}\n"
const two = "- {stack: 1, name: two, group: 'annex:two'}\n"
const three = "- {stack: 2, name: three, group: 'annex:three'}\n"

describe('two stacks of tenants beside their platform, on a real API server', function () {
  this.timeout(240_000)
  let cluster: Cluster
  let project: StackedEnvironment
  before(async () => {
    cluster = await startCluster()
    project = openEnvironment(cluster)
  })
  after(async () => {
    project?.remove()
    await cluster?.stop()
  })
  const preview = (stack: string, ...args: string[]) => project.pulumi('tenants', 'preview', '--stack', stack, ...args)

  it('tell all faults of the file and of their options before they ask anybody', async () => {
    project.writeTenants(one + two + three)
    for (const stack of ['scale-01', 'scale-02']) await project.openStack('tenants', stack)
    const [tenants, options] = ['scale.yaml', 'Pulumi.scale-01.yaml'].map((name) => path.join(project.root, 'tenants', name)) as [string, string]
    assert.deepEqual(project.writeTenants(one + two + three).written, [], 'Pulumi’s salt in it is no change')
    const right = [tenants, options].map((file) => readFileSync(file, 'utf8'))
    appendFileSync(tenants, one)
    writeFileSync(options, right[1]!.replace('context: test', 'context: other').replace(/annex:stack: "?1"?/, 'annex:stack: 2\n  annex:colour: red'))
    // There is no stack of the platform yet, which would be an error of its own.
    const { code, output } = await preview('scale-01')
    right.forEach((text, i) => writeFileSync([tenants, options][i]!, text))
    assert.notEqual(code, 0)
    for (const words of [/has 5 faults; nothing was changed/, /annex:colour = \(set\)/, /annex:stack = 2\s+would make this stack scale-02/, /kubernetes:context = "other"\s+is not the platform's \("test"\)/, /tenants\/scale\.yaml:4 one: name = "one"\s+is taken by tenants\/scale\.yaml:1 one: name/, /scale\.yaml:4 one: group/]) assert.match(output, words)
  })

  it('wait for the platform’s stack', async () => {
    await project.openStack('platform', environment)
    const { code, output } = await preview('scale-01')
    assert.notEqual(code, 0)
    assert.match(output, /the stack scale lacks the outputs .*update it first/)
  })

  it('have their tenants and nobody else’s, by the policies that hold for one stack', async () => {
    await project.up('platform', environment)
    const first = await project.up('tenants', 'scale-01', '--policy-pack', path.join(checkout, 'policies'))
    assert.match(first, /✅ annex@/)
    await project.up('tenants', 'scale-02')
    const found = cluster.kubectl('get', 'namespaces', '-l', 'paas-tier=tenant', '-o', 'jsonpath={range .items[*]}{.metadata.name}={.metadata.labels.annex/stack} {end}')
    assert.equal(found.trim(), 'one=scale-01 three=scale-02 two=scale-01')
  })

  it('are changed by nothing that happens to tenants of another stack', async () => {
    project.writeTenants(three + two)
    const [other, own] = await Promise.all([preview('scale-02', '--expect-no-changes'), preview('scale-01')])
    assert.equal(other.code, 0, other.output)
    assert.match(own.output, /no longer in the configuration, so they are deleted with all that is in them.*\n\s+- one\n/)
    assert.match(own.output, /- \d+ to delete/)
    assert.doesNotMatch(own.output, /to create|to update|three|NetworkPolicy two/)
  })

  it('refuse a tenant that was moved by hand, on both sides', async () => {
    project.writeTenants(one + two + three.replace('stack: 2', 'stack: 1'))
    const [to, from] = await Promise.all([preview('scale-01'), preview('scale-02')])
    assert.match(to.output, /the namespace three belongs to the stack scale-02, not to scale-01.*Put it back/)
    assert.match(from.output, /Namespace::three" cannot be deleted\s+because it is protected/)
  })

  it('keep the platform from being destroyed under them', async () => {
    const { code, output } = await project.pulumi('platform', 'destroy', '--stack', environment, '--yes')
    assert.notEqual(code, 0)
    assert.match(output, /Namespace::paas-system" cannot be deleted\s+because it is protected/)
    assert.equal(cluster.kubectl('get', 'validatingadmissionpolicybinding', 'annex-tenant-network-policies', '-o', 'name').trim(), 'validatingadmissionpolicybinding.admissionregistration.k8s.io/annex-tenant-network-policies')
  })
})
