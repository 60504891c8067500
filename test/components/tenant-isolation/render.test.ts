import assert from 'node:assert/strict'
import { renderMutation, renderValidation } from '../../../components/tenant-isolation/admission/render.ts'
import { mutations, validations } from '../../../components/tenant-isolation/admission/rules/index.ts'
import { renderTenant } from '../../../components/tenant-isolation/render.ts'
import { attacks } from '../../../proof/attacks/attacks.ts'
import { benchmark } from '../../../proof/attacks/benchmark.ts'
import { matchesGolden } from '../../golden.ts'
import { other, quota, surroundings, tenant } from './tenants.ts'

const rendered = { one: renderTenant(tenant, surroundings), two: renderTenant(other, surroundings) }
const admission = (pull: 'private' | 'all') => [...validations(pull).map(renderValidation), ...mutations(pull).map(renderMutation)]

describe('what isolates a tenant', () => {
  it('changes only with its goldens', () => {
    matchesGolden(rendered, 'components/goldens/tenants.golden.json')
    matchesGolden(admission('private'), 'components/goldens/tenant-admission.golden.json')
  })

  it('says on every object what it is, whose it is, and what made it', () => {
    const objects = [...[...rendered.one, ...rendered.two].flatMap(({ networkPolicies, ...rest }) => [...networkPolicies, ...Object.values(rest)]), ...admission('private').flatMap((it) => [it.policy, it.binding])]
    assert.ok(objects.length > 40)
    for (const { name, labels } of objects.map(({ metadata }): { name: string; labels: Record<string, string> } => metadata)) {
      for (const key of ['name', 'instance', 'component', 'part-of']) assert.ok(labels[`app.kubernetes.io/${key}`], `${name}: ${key}`)
      assert.equal(labels['app.kubernetes.io/managed-by'], 'annex')
    }
  })

  it('opens traffic between the namespaces of one tenant and to no namespace of another', () => {
    const peers = [...JSON.stringify(rendered.one.map(({ networkPolicies }) => networkPolicies)).matchAll(/"values":(\[[^\]]*\])/g)].map(([, values]) => values)
    assert.deepEqual([...new Set(peers)].sort(), ['["one","one-db"]', '["paas-system","paas-operators"]'])
  })

  it('asks for no default above what one pod may have, however small the quota is', () => {
    const small = renderTenant({ ...tenant, quota: { ...quota, cpu: '50m', memory: '24Mi', ephemeralStorage: '16Mi' }, limits: {} }, surroundings)[0]!
    const { min: _min, ...limits } = small.limitRange.spec.limits[0]!
    assert.deepEqual(limits, {
      type: 'Container',
      default: { cpu: '50m', memory: '24Mi', 'ephemeral-storage': '16Mi' },
      defaultRequest: { cpu: '20m', memory: '24Mi', 'ephemeral-storage': '16Mi' },
      max: { cpu: '50m', memory: '24Mi', 'ephemeral-storage': '16Mi' },
    })
  })

  it('gives rights to run commands in pods, and to publish, only where the configuration does', () => {
    const resources = (name: 'one' | 'two') => rendered[name][0]!.role.rules.flatMap((rule) => rule.resources)
    assert.ok(!resources('one').includes('pods/exec') && resources('two').includes('pods/exec'))
    assert.ok(resources('one').includes('ingresses') && !resources('two').includes('ingresses'))
  })

  it('gives no role a wildcard, a token, or a verb that escalates', () => {
    for (const { verbs, resources, apiGroups } of [...rendered.one, ...rendered.two].flatMap(({ role }) => role.rules)) {
      for (const word of [...verbs, ...resources, ...apiGroups]) {
        assert.ok(!['*', 'serviceaccounts/token', 'escalate', 'bind', 'impersonate', 'pods/binding', 'namespaces'].includes(word), word)
      }
    }
  })

  it('pulls everything anew where a kubelet does not ask for credentials', () => {
    assert.match(JSON.stringify(admission('all')), /"name":"listed","expression":"\[\\"\*\\"\]"/)
  })
})

describe('the attacks', () => {
  it('have an id of their own each, and cover all 23 controls of the benchmark', () => {
    assert.equal(new Set(attacks.map(({ id }) => id)).size, attacks.length)
    assert.equal(benchmark.length, 23)
    assert.deepEqual(benchmark.filter(({ id }) => !attacks.some((attack) => attack.id.startsWith(`${id}/`))), [])
  })

  it('are aimed at every admission rule that the tenant could come upon', () => {
    const names = validations('private').map(({ name }) => name).filter((name) => name !== 'protected-namespaces')
    assert.deepEqual(names.filter((name) => !attacks.some(({ control }) => control === name)), [])
  })
})
