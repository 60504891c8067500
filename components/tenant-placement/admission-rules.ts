/** What admission refuses, as pure functions of a pod spec. The policies say the same in CEL (admission-cel.ts); a test on a real API server compares the two. */
import { placementConflicts } from './conflicts.ts'
import { type Placement, type PodSpec, tenantTaint, type Toleration } from './place-pod.ts'
import { shapeFaults } from './pod-shape.ts'
import { covers } from './tolerations.ts'

/** Why a pod may not be created as it is in a namespace of a tenant. */
export function tenantPodFaults(spec: PodSpec, placement: Placement): string[] {
  const malformed = shapeFaults(spec)
  if (malformed.length > 0) return malformed
  const missing = Object.entries(placement.nodeSelector).filter(([key]) => !Object.hasOwn(spec.nodeSelector ?? {}, key))
  const untolerated = placement.tolerations.filter((it) => !(spec.tolerations ?? []).some((own) => covers(own, it)))
  return [
    ...tenantTemplateFaults(spec, placement),
    ...missing.map(([key, value]) => `the pod's nodeSelector has no ${key}=${value}`),
    ...untolerated.map(({ key, value, effect }) => `the pod does not tolerate ${key}=${value}:${effect}`),
  ]
}

/** Why no pod of a template could be created in a namespace of a tenant, even where admission places pods. */
export function tenantTemplateFaults(spec: PodSpec, placement: Placement): string[] {
  const malformed = shapeFaults(spec)
  if (malformed.length > 0) return malformed
  return [
    ...(spec.nodeName ? [`the pod sets nodeName=${spec.nodeName}`] : []),
    ...placementConflicts(spec, placement),
    ...wideTolerations(spec.tolerations ?? []),
  ]
}

/** Tolerations that placing leaves as they are, and admission refuses. */
export function wideTolerations(tolerations: Toleration[]): string[] {
  return tolerations.filter(isTooWide).map((it) => `the pod tolerates ${describe(it)}: only ${tenantTaint.key}=${tenantTaint.value} and taints of its own key may be named`)
}

/** Everything, or a tier of nodes that is not the tenants'. */
function isTooWide({ key, operator, value }: Toleration): boolean {
  return !key || (key === tenantTaint.key && (operator === 'Exists' || value !== tenantTaint.value))
}

/** Why a pod may not be created outside the namespaces of tenants: it could land on their nodes. */
export function otherPodFaults(spec: PodSpec): string[] {
  const malformed = shapeFaults(spec)
  if (malformed.length > 0) return malformed
  return (spec.tolerations ?? []).filter(toleratesTenants).map((it) => `the pod tolerates ${describe(it)}, which opens the tenants' nodes to it`)
}

/** The tenant taint has the effect NoSchedule or PreferNoSchedule; a toleration of NoExecute alone, as static pods have, does not concern it. */
function toleratesTenants({ key, operator, value, effect }: Toleration): boolean {
  if (effect === 'NoExecute') return false
  return key ? key === tenantTaint.key && (operator === 'Exists' || value === tenantTaint.value) : operator === 'Exists'
}

function describe({ key, operator, value, effect }: Toleration): string {
  return `${key || 'every taint'}${operator === 'Exists' ? '' : `=${value ?? ''}`}${effect ? `:${effect}` : ''}`
}
