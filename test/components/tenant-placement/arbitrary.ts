/** Generated pods and nodes, over few keys and values so that they meet. */
import fc from 'fast-check'
import { nodePoolLabel } from '../../../components/tenant-placement/node-pools.ts'
import { type NodeSelectorRequirement, type NodeSelectorTerm, type PodSpec, type Toleration } from '../../../components/tenant-placement/place-pod.ts'
import type { Node, Taint } from './scheduler.ts'

const key = fc.constantFrom('zone', 'paas-tier', 'node-type', nodePoolLabel)
const value = fc.constantFrom('a', 'tenant', 'vps', 'shared', '7')

const requirement: fc.Arbitrary<NodeSelectorRequirement> = fc.oneof(
  fc.record({ key, operator: fc.constantFrom('In', 'NotIn'), values: fc.uniqueArray(value, { minLength: 1, maxLength: 3 }) }),
  fc.record({ key, operator: fc.constantFrom('Exists', 'DoesNotExist') }),
  fc.record({ key, operator: fc.constantFrom('Gt', 'Lt'), values: fc.constantFrom('5', '9').map((it) => [it]) }),
)
const field: fc.Arbitrary<NodeSelectorRequirement> = fc.record({ key: fc.constant('metadata.name'), operator: fc.constantFrom('In', 'NotIn'), values: fc.constantFrom('n1', 'n2').map((it) => [it]) })
const term: fc.Arbitrary<NodeSelectorTerm> = fc.record({
  matchExpressions: fc.array(requirement, { maxLength: 2 }),
  matchFields: fc.array(field, { maxLength: 1 }),
}, { requiredKeys: [] })

/** As the API server accepts them: a value only with Equal, an effect for every key, seconds only for NoExecute. */
export const toleration: fc.Arbitrary<Toleration> = fc.oneof(
  fc.record({ key, operator: fc.constant('Equal'), value, effect: fc.constantFrom('NoSchedule', 'NoExecute', 'PreferNoSchedule') }, { requiredKeys: ['key', 'value'] }),
  fc.record({ key, operator: fc.constant('Exists'), effect: fc.constantFrom('NoSchedule', 'NoExecute') }, { requiredKeys: ['operator', 'key'] }),
  fc.record({ key, operator: fc.constant('Exists'), effect: fc.constant('NoExecute'), tolerationSeconds: fc.nat(300) }),
  fc.record({ operator: fc.constant('Exists'), effect: fc.constantFrom('NoSchedule', 'NoExecute') }, { requiredKeys: ['operator'] }),
)

/** What of a pod concerns its placement. `terms` may be empty lists and empty terms, which the API server takes in part only. */
export function placements(terms: fc.Arbitrary<NodeSelectorTerm[]>): fc.Arbitrary<PodSpec> {
  return fc.record({
    nodeSelector: fc.dictionary(key, value, { maxKeys: 2, noNullPrototype: true }),
    tolerations: fc.array(toleration, { maxLength: 3 }),
    affinity: fc.record({
      podAntiAffinity: fc.constant({ preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: { topologyKey: 'zone', labelSelector: {} } }] }),
      nodeAffinity: fc.record({
        requiredDuringSchedulingIgnoredDuringExecution: fc.record({ nodeSelectorTerms: terms }),
        preferredDuringSchedulingIgnoredDuringExecution: fc.array(fc.record({ weight: fc.constantFrom(1, 100), preference: fc.record({ matchExpressions: fc.array(requirement, { minLength: 1, maxLength: 2 }) }) }), { maxLength: 2 }),
      }, { requiredKeys: [] }),
    }, { requiredKeys: [] }),
  // As a parser makes them: fast-check also makes objects without a prototype, which strictly equal no others.
  }, { requiredKeys: [] }).map((pod) => structuredClone(pod))
}

export const pods: fc.Arbitrary<PodSpec> = placements(fc.array(term, { maxLength: 3 }))
/** Those that the API server does not refuse by itself. */
export const validPods: fc.Arbitrary<PodSpec> = placements(fc.array(term, { minLength: 1, maxLength: 3 }))

const taint: fc.Arbitrary<Taint> = fc.record({ key, value, effect: fc.constantFrom('NoSchedule', 'PreferNoSchedule', 'NoExecute') })
export const nodes: fc.Arbitrary<Node> = fc.record({
  name: fc.constantFrom('n1', 'n2', 'n3'),
  labels: fc.dictionary(key, value, { noNullPrototype: true }),
  taints: fc.array(taint, { maxLength: 2 }),
})
