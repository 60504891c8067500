/** A small model of the scheduler: its filters NodeName, NodeAffinity and TaintToleration, written from Kubernetes' documentation, not from annex's code. */
import type { NodeSelectorRequirement, NodeSelectorTerm, PodSpec, Toleration } from '../../../components/tenant-placement/place-pod.ts'

export interface Taint { key: string; value: string; effect: string }
export interface Node { name: string; labels: Record<string, string>; taints: Taint[] }

/** Whether nodeSelector and required node affinity accept the node. */
export function selects(spec: PodSpec, { name, labels }: Node): boolean {
  const selector = Object.entries(spec.nodeSelector ?? {}).every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value)
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  return selector && (!required || (required.nodeSelectorTerms ?? []).some((term) => termMatches(term, name, labels)))
}

function termMatches({ matchExpressions, matchFields }: NodeSelectorTerm, name: string, labels: Record<string, string>): boolean {
  const [expressions, fields] = [matchExpressions ?? [], matchFields ?? []]
  if (expressions.length + fields.length === 0) return false
  return expressions.every((it) => meets(it, labels)) && fields.every((it) => meets(it, { 'metadata.name': name }))
}

function meets({ key, operator, values = [] }: NodeSelectorRequirement, labels: Record<string, string>): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key]! : undefined
  const numbers = () => value !== undefined && /^-?\d+$/.test(value) && /^-?\d+$/.test(values[0] ?? '')
  switch (operator) {
    case 'In': return value !== undefined && values.includes(value)
    case 'NotIn': return value === undefined || !values.includes(value)
    case 'Exists': return value !== undefined
    case 'DoesNotExist': return value === undefined
    case 'Gt': return numbers() && Number(value) > Number(values[0])
    case 'Lt': return numbers() && Number(value) < Number(values[0])
    default: return false
  }
}

/** Whether one of the tolerations puts up with the taint. */
export function tolerates(tolerations: Toleration[] | undefined, taint: Taint): boolean {
  return (tolerations ?? []).some(({ key, operator, value, effect }) => {
    if (effect && effect !== taint.effect) return false
    if (key && key !== taint.key) return false
    if (operator === 'Exists') return true
    return Boolean(key) && (operator ?? 'Equal') === 'Equal' && (value ?? '') === taint.value
  })
}
