/** A placement's demands in a pod's node affinity. */
import { isDeepStrictEqual } from 'node:util'
import type { Placement } from './place-pod.ts'

export interface NodeSelectorRequirement { key: string; operator: string; values?: string[] }
export interface NodeSelectorTerm { matchExpressions?: NodeSelectorRequirement[]; matchFields?: NodeSelectorRequirement[] }
export interface NodeAffinity {
  requiredDuringSchedulingIgnoredDuringExecution?: { nodeSelectorTerms: NodeSelectorTerm[] }
  preferredDuringSchedulingIgnoredDuringExecution?: { weight: number; preference: NodeSelectorTerm }[]
}

/** What a placement demands of a node's labels, as node affinity has it. */
export function demands({ nodeSelector, requirements = [] }: Placement): NodeSelectorRequirement[] {
  return [...labelRequirements(nodeSelector), ...requirements]
}

/** The affinity with the placement's demands AND-ed into every term; the same object where the placement has none. */
export function placeAffinity(affinity: NodeAffinity | undefined, placement: Placement): NodeAffinity | undefined {
  const demanded = demands(placement)
  const preferred = Object.keys(placement.preferred).length === 0 ? [] : [{ weight: 100, preference: { matchExpressions: labelRequirements(placement.preferred) } }]
  if (demanded.length === 0 && preferred.length === 0) return affinity
  return {
    ...affinity,
    ...(demanded.length === 0 ? {} : { requiredDuringSchedulingIgnoredDuringExecution: placeTerms(affinity?.requiredDuringSchedulingIgnoredDuringExecution, demanded) }),
    ...(preferred.length === 0 ? {} : { preferredDuringSchedulingIgnoredDuringExecution: union(affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [], preferred) }),
  }
}

type Required = NonNullable<NodeAffinity['requiredDuringSchedulingIgnoredDuringExecution']>

/**
 * Terms are OR-ed and the expressions in one are AND-ed, so every term gets the demands. A required affinity without terms matches no node,
 * nor does an empty term: with a demand added they would match some, and that would loosen them.
 */
function placeTerms(required: Required | undefined, demanded: NodeSelectorRequirement[]): Required {
  if (!required) return { nodeSelectorTerms: [{ matchExpressions: demanded }] }
  if (!required.nodeSelectorTerms) return required
  return { ...required, nodeSelectorTerms: required.nodeSelectorTerms.map((term) => (matchesNothing(term) ? term : { ...term, matchExpressions: union(term.matchExpressions ?? [], demanded) })) }
}

/** Whether the term is empty, which in Kubernetes matches no node. */
export function matchesNothing({ matchExpressions, matchFields }: NodeSelectorTerm): boolean {
  return (matchExpressions ?? []).length === 0 && (matchFields ?? []).length === 0
}

function labelRequirements(labels: Record<string, string>): NodeSelectorRequirement[] {
  return Object.entries(labels).map(([key, value]) => ({ key, operator: 'In', values: [value] }))
}

function union<T>(present: T[], added: T[]): T[] {
  return [...present, ...added.filter((it) => !present.some((other) => isDeepStrictEqual(it, other)))]
}
