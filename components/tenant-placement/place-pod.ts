/**
 * Where tenant pods run. `placePod` is the one engine: manifests, transforms, Helm values and admission all use it.
 * It merges with what a pod already asks for, never loosens it, and placing twice is the same as placing once.
 */
import { isDeepStrictEqual } from 'node:util'

/** What a placement demands of a pod. Plain data. */
export interface Placement {
  /** Labels that the node must have. */
  nodeSelector: Record<string, string>
  /** Taints that the pod puts up with. */
  tolerations: Toleration[]
  /** Labels that the node had better have, with weight 100. */
  preferred: Record<string, string>
}

export interface Toleration { key?: string; operator?: string; value?: string; effect?: string; tolerationSeconds?: number }
export interface NodeSelectorRequirement { key: string; operator: string; values?: string[] }
export interface NodeSelectorTerm { matchExpressions?: NodeSelectorRequirement[]; matchFields?: NodeSelectorRequirement[] }

/** The part of a Kubernetes PodSpec that placement reads and writes; all else is kept as it is. */
export interface PodSpec {
  nodeSelector?: Record<string, string>
  tolerations?: Toleration[]
  affinity?: {
    nodeAffinity?: {
      requiredDuringSchedulingIgnoredDuringExecution?: { nodeSelectorTerms: NodeSelectorTerm[] }
      preferredDuringSchedulingIgnoredDuringExecution?: { weight: number; preference: NodeSelectorTerm }[]
    }
    [other: string]: unknown
  }
  [other: string]: unknown
}

export type Placed = { spec: PodSpec; error: undefined } | { spec: undefined; error: string }

/** The labels and the taint of a tenant node (the guide's step 2). */
export const tenantNodeLabels = { 'node-type': 'vps', 'paas-tier': 'tenant', 'storage-type': 'local' }
export const tenantTaint = { key: 'paas-tier', value: 'tenant' }

/** The placement of tenant pods: on nodes of the tenant tier, for choice on a VPS, through the tenant taint in either effect. */
export const tenantPlacement: Placement = {
  nodeSelector: { 'paas-tier': 'tenant' },
  tolerations: [{ ...tenantTaint, operator: 'Equal', effect: 'NoSchedule' }],
  preferred: { 'node-type': 'vps' },
}

/**
 * Adds a placement to a pod spec. Pure and total.
 * @returns the placed spec, or an error that names both sides where the pod selects other nodes.
 */
export function placePod(spec: PodSpec, placement: Placement): Placed {
  const conflict = Object.entries(placement.nodeSelector).find(([key, value]) => Object.hasOwn(spec.nodeSelector ?? {}, key) && spec.nodeSelector![key] !== value)
  if (conflict) {
    const [key, value] = conflict
    return { spec: undefined, error: `the pod's nodeSelector has ${key}=${spec.nodeSelector![key]}, its placement needs ${key}=${value}: remove the pod's own selector, or place it elsewhere` }
  }
  return {
    error: undefined,
    spec: {
      ...spec,
      nodeSelector: { ...spec.nodeSelector, ...placement.nodeSelector },
      tolerations: union(spec.tolerations ?? [], placement.tolerations),
      affinity: { ...spec.affinity, nodeAffinity: placeAffinity(spec.affinity?.nodeAffinity, placement) },
    },
  }
}

type NodeAffinity = NonNullable<NonNullable<PodSpec['affinity']>['nodeAffinity']>

/** Terms are OR-ed and the expressions in one are AND-ed, so every term gets the demand. */
function placeAffinity(affinity: NodeAffinity | undefined, placement: Placement): NodeAffinity {
  const demands = requirements(placement.nodeSelector)
  const own = affinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms
  const terms = (own ?? [{}]).map((term) => (own && isEmpty(term) ? term : { ...term, matchExpressions: union(term.matchExpressions ?? [], demands) }))
  const preferred = Object.keys(placement.preferred).length === 0 ? [] : [{ weight: 100, preference: { matchExpressions: requirements(placement.preferred) } }]
  return {
    ...affinity,
    requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms },
    preferredDuringSchedulingIgnoredDuringExecution: union(affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [], preferred),
  }
}

/** An empty term matches no node; with a demand added it would match some: that would loosen it. */
function isEmpty(term: NodeSelectorTerm): boolean {
  return (term.matchExpressions ?? []).length === 0 && (term.matchFields ?? []).length === 0
}

function requirements(labels: Record<string, string>): NodeSelectorRequirement[] {
  return Object.entries(labels).map(([key, value]) => ({ key, operator: 'In', values: [value] }))
}

function union<T>(present: T[], added: T[]): T[] {
  return [...present, ...added.filter((it) => !present.some((other) => isDeepStrictEqual(normal(it), normal(other))))]
}

/** Absent and undefined fields are the same in a manifest. */
function normal<T>(value: T): unknown {
  return JSON.parse(JSON.stringify(value))
}
