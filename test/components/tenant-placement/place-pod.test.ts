import assert from 'node:assert/strict'
import fc from 'fast-check'
import { type NodeSelectorTerm, placePod, type PodSpec, tenantPlacement, type Toleration } from '../../../components/tenant-placement/place-pod.ts'

const labels = fc.dictionary(fc.constantFrom('zone', 'disk', 'paas-tier', 'node-type'), fc.constantFrom('a', 'b', 'tenant', 'vps'), { maxKeys: 3 })
const requirement = fc.record({ key: fc.constantFrom('zone', 'disk', 'paas-tier'), operator: fc.constant('In'), values: fc.uniqueArray(fc.constantFrom('a', 'b', 'tenant'), { minLength: 1 }) })
const term: fc.Arbitrary<NodeSelectorTerm> = fc.record({ matchExpressions: fc.array(requirement, { maxLength: 2 }) })
const toleration: fc.Arbitrary<Toleration> = fc.record({ key: fc.constantFrom('paas-tier', 'gpu'), operator: fc.constant('Equal'), value: fc.constantFrom('tenant', 'x'), effect: fc.constantFrom('NoSchedule', 'NoExecute') })
const pods: fc.Arbitrary<PodSpec> = fc.record({
  containers: fc.constant([{ name: 'c' }]),
  nodeSelector: labels,
  tolerations: fc.array(toleration, { maxLength: 3 }),
  affinity: fc.record({
    podAntiAffinity: fc.constant({ kept: true }),
    nodeAffinity: fc.record({ requiredDuringSchedulingIgnoredDuringExecution: fc.record({ nodeSelectorTerms: fc.array(term, { minLength: 1, maxLength: 3 }) }) }, { requiredKeys: [] }),
  }, { requiredKeys: [] }),
}, { requiredKeys: ['containers'] })
const nodes = fc.dictionary(fc.constantFrom('zone', 'disk', 'paas-tier', 'node-type'), fc.constantFrom('a', 'b', 'tenant', 'vps'))

/** Whether the scheduler would let the pod onto a node with these labels (nodeSelector and required node affinity). */
function admits(spec: PodSpec, node: Record<string, string>): boolean {
  const selected = Object.entries(spec.nodeSelector ?? {}).every(([key, value]) => node[key] === value)
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms
  const matches = ({ matchExpressions = [] }: NodeSelectorTerm) => matchExpressions.length > 0 && matchExpressions.every(({ key, values = [] }) => Object.hasOwn(node, key) && values.includes(node[key]!))
  return selected && (terms === undefined || terms.some(matches))
}

describe('placePod', () => {
  it('lets a pod onto no node that it did not accept before, and onto tenant nodes only', () => {
    fc.assert(fc.property(pods, nodes, (pod, node) => {
      const { spec } = placePod(pod, tenantPlacement)
      if (spec === undefined || !admits(spec, node)) return
      assert.ok(admits(pod, node))
      assert.equal(node['paas-tier'], 'tenant')
    }), { numRuns: 2000 })
  })

  it('keeps a pod off no tenant node that it accepted before', () => {
    fc.assert(fc.property(pods, nodes, (pod, node) => {
      const tenantNode = { ...node, 'paas-tier': 'tenant' }
      const { spec } = placePod(pod, tenantPlacement)
      if (spec !== undefined) assert.equal(admits(spec, tenantNode), admits(pod, tenantNode))
    }), { numRuns: 2000 })
  })

  it('places twice as once', () => {
    fc.assert(fc.property(pods, (pod) => {
      const once = placePod(pod, tenantPlacement)
      if (once.spec !== undefined) assert.deepEqual(placePod(once.spec, tenantPlacement), once)
    }))
  })

  it('adds the tenant toleration once and keeps all others', () => {
    fc.assert(fc.property(pods, (pod) => {
      const { spec } = placePod(pod, tenantPlacement)
      if (spec === undefined) return
      const wanted = JSON.stringify(tenantPlacement.tolerations[0])
      const sorted = (it: Toleration) => JSON.stringify({ key: it.key, value: it.value, operator: it.operator, effect: it.effect })
      assert.ok(spec.tolerations!.filter((it) => sorted(it) === wanted).length >= 1)
      assert.deepEqual(spec.tolerations!.slice(0, pod.tolerations?.length ?? 0), pod.tolerations ?? [])
      assert.ok(spec.tolerations!.length <= (pod.tolerations?.length ?? 0) + 1)
    }))
  })

  it('changes nothing that is not about placement', () => {
    const { spec } = placePod({ containers: [{ name: 'c' }], affinity: { podAntiAffinity: { kept: true } }, dnsPolicy: 'Default' }, tenantPlacement)
    assert.deepEqual(spec?.containers, [{ name: 'c' }])
    assert.deepEqual(spec?.affinity?.podAntiAffinity, { kept: true })
    assert.equal(spec?.dnsPolicy, 'Default')
  })

  it('names both sides of a nodeSelector that contradicts the placement', () => {
    const { error } = placePod({ nodeSelector: { 'paas-tier': 'platform' } }, tenantPlacement)
    assert.match(error!, /paas-tier=platform.*paas-tier=tenant/)
  })

  it('leaves a term that matches no node as it is', () => {
    const affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{}, { matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n'] }] }] } } }
    const { spec } = placePod({ affinity }, tenantPlacement)
    const terms = spec!.affinity!.nodeAffinity!.requiredDuringSchedulingIgnoredDuringExecution!.nodeSelectorTerms
    assert.deepEqual(terms[0], {})
    assert.deepEqual(terms[1]!.matchExpressions, [{ key: 'paas-tier', operator: 'In', values: ['tenant'] }])
  })
})
