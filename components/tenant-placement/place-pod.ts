/**
 * Where tenant pods run. `placePod` is the one engine: manifests, transforms, Helm values, overlays and admission all use it.
 * It merges with what a pod already asks for, never loosens it, and placing twice is the same as placing once.
 */
import { placementConflicts } from './conflicts.ts'
import { type NodeAffinity, type NodeSelectorRequirement, placeAffinity } from './node-affinity.ts'
import { shapeFaults } from './pod-shape.ts'
import { addTolerations, type Toleration } from './tolerations.ts'

export type { NodeAffinity, NodeSelectorRequirement, NodeSelectorTerm } from './node-affinity.ts'
export type { Toleration } from './tolerations.ts'

/** What a placement demands of a pod. Plain data. */
export interface Placement {
  /** Labels that the node must have. */
  nodeSelector: Record<string, string>
  /** Taints that the pod puts up with. */
  tolerations: Toleration[]
  /** Labels that the node had better have, with weight 100. */
  preferred: Record<string, string>
  /** What else must be true of the node's labels. Default: nothing. */
  requirements?: NodeSelectorRequirement[]
}

/** The part of a Kubernetes PodSpec that placement reads and writes; all else is kept as it is. */
export interface PodSpec {
  nodeName?: string
  nodeSelector?: Record<string, string>
  tolerations?: Toleration[]
  affinity?: { nodeAffinity?: NodeAffinity; [other: string]: unknown }
  [other: string]: unknown
}

export type Placed = { spec: PodSpec; error: undefined } | { spec: undefined; error: string }

/** The labels and the taint of a tenant node (the guide's step 2). */
export const tenantNodeLabels = { 'node-type': 'vps', 'paas-tier': 'tenant', 'storage-type': 'local' }
export const tenantTaint = { key: 'paas-tier', value: 'tenant' }

/** The placement of tenant pods: on nodes of the tenant tier, for choice on a VPS, through the tenant taint. */
export const tenantPlacement: Placement = {
  nodeSelector: { 'paas-tier': 'tenant' },
  tolerations: [{ ...tenantTaint, operator: 'Equal', effect: 'NoSchedule' }],
  preferred: { 'node-type': 'vps' },
}

/** What keeps all other pods off a VPS where its taint does not forbid them (PreferNoSchedule). */
export const otherPlacement: Placement = {
  nodeSelector: {},
  tolerations: [],
  preferred: {},
  requirements: [{ key: 'node-type', operator: 'NotIn', values: ['vps'] }],
}

/**
 * Adds a placement to a pod spec. Pure and total: any value is taken, none makes it throw.
 *
 * It never loosens: a node that the placed pod's selector and affinity accept was accepted by the pod's own before, and a taint that
 * it tolerates was tolerated before or is one of the placement's. A pod that could run nowhere can run nowhere afterwards.
 * @returns the placed spec; or an error that lists every fault: wrong shape, a nodeName, selectors that contradict the placement (both sides named).
 */
export function placePod(spec: PodSpec, placement: Placement): Placed {
  const faults = shapeFaults(spec)
  if (faults.length > 0) return refused(faults.map((fault) => `the pod spec is malformed at ${fault}`))
  const conflicts = [...(spec.nodeName ? [`the pod sets nodeName=${spec.nodeName}, which goes past the scheduler and every placement: remove it`] : []), ...placementConflicts(spec, placement)]
  if (conflicts.length > 0) return refused(conflicts)
  const { nodeSelector, tolerations, affinity } = spec
  const nodeAffinity = placeAffinity(affinity?.nodeAffinity, placement)
  return {
    error: undefined,
    spec: {
      ...spec,
      ...(Object.keys(placement.nodeSelector).length === 0 ? {} : { nodeSelector: { ...nodeSelector, ...placement.nodeSelector } }),
      ...(placement.tolerations.length === 0 ? {} : { tolerations: addTolerations(tolerations ?? [], placement.tolerations) }),
      ...(nodeAffinity === affinity?.nodeAffinity ? {} : { affinity: { ...affinity, nodeAffinity } }),
    },
  }
}

function refused(faults: string[]): Placed {
  return { spec: undefined, error: faults.join('; ') }
}
