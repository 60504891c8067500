/** Where a pod's own selectors and its placement can never hold of one node. */
import { demands, matchesNothing, type NodeSelectorRequirement, type NodeSelectorTerm } from './node-affinity.ts'
import type { Placement, PodSpec } from './place-pod.ts'

const fix = 'remove the one of the pod, or place it elsewhere'

/** Each contradiction, with both sides named; none where some node could satisfy both. The spec has the right shape. */
export function placementConflicts(spec: PodSpec, placement: Placement): string[] {
  return [...selectorConflicts(spec.nodeSelector ?? {}, placement), ...affinityConflicts(spec, placement)]
}

function selectorConflicts(own: Record<string, string>, placement: Placement): string[] {
  return demands(placement)
    .filter((demand) => Object.hasOwn(own, demand.key) && !satisfies(demand, own[demand.key]!))
    .map((demand) => `the pod's nodeSelector has ${demand.key}=${own[demand.key]}, its placement needs ${describe(demand)}: ${fix}`)
}

/** Terms are OR-ed: as long as one of them can be met beside the placement, there is no conflict. */
function affinityConflicts(spec: PodSpec, placement: Placement): string[] {
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? []
  const found = terms.map((term, i) => ({ term, i })).filter(({ term }) => !matchesNothing(term)).map(({ term, i }) => ({ i, conflict: termConflict(term, placement) }))
  if (found.length === 0 || found.some(({ conflict }) => conflict === undefined)) return []
  return found.map(({ i, conflict }) => `the pod's node affinity (nodeSelectorTerms[${i}]) asks for ${describe(conflict!.own)}, its placement needs ${describe(conflict!.demand)}: ${fix}`)
}

function termConflict(term: NodeSelectorTerm, placement: Placement): { own: NodeSelectorRequirement; demand: NodeSelectorRequirement } | undefined {
  const pairs = (term.matchExpressions ?? []).flatMap((own) => demands(placement).filter(({ key }) => key === own.key).map((demand) => ({ own, demand })))
  return pairs.find(({ own, demand }) => {
    if (demand.operator === 'In') return (demand.values ?? []).every((value) => !satisfies(own, value))
    return own.operator === 'In' && (own.values ?? []).every((value) => !satisfies(demand, value))
  })
}

/** Whether a node whose label has this value meets the requirement; as in Kubernetes, Gt and Lt compare whole numbers. */
function satisfies({ operator, values }: NodeSelectorRequirement, value: string): boolean {
  const list = values ?? []
  switch (operator) {
    case 'In': return list.includes(value)
    case 'NotIn': return !list.includes(value)
    case 'Exists': return true
    case 'DoesNotExist': return false
    case 'Gt': return isInteger(value) && isInteger(list[0]) && BigInt(value) > BigInt(list[0]!)
    case 'Lt': return isInteger(value) && isInteger(list[0]) && BigInt(value) < BigInt(list[0]!)
    // Kubernetes has no other operator: the API server will refuse the pod, with its own message.
    default: return true
  }
}

function isInteger(text: string | undefined): boolean {
  return text !== undefined && /^-?\d+$/.test(text)
}

function describe({ key, operator, values }: NodeSelectorRequirement): string {
  const list = values ?? []
  return operator === 'In' && list.length === 1 ? `${key}=${list[0]}` : `${key} ${operator}${list.length === 0 ? '' : ` [${list.join(', ')}]`}`
}
