import type { Field } from '../../field.ts'
import { podsOf } from '../../pods.ts'
import { type Fault, type StackRule, unverifiable, violation } from '../../rule.ts'
import { TENANT, TENANT_LABEL, tenantNamespaces, undecidedNamespaces } from './namespaces.ts'

export const placement: StackRule = {
  id: 'tenancy-placement',
  title: "Every pod in a tenant's namespace is placed on tenant nodes, and only there.",
  severity: 'high',
  frameworks: { nsa: ['Network separation and hardening'], mtb: ['Require node isolation'] },
  why: 'A tenant pod on a cloud node sits beside the operators and the gateway; the taint keeps it away from nowhere but the tenant nodes.',
  fix: 'Set the nodeSelector or a required node affinity paas-tier=tenant in every term, and the toleration of the taint (TenantPlacement does).',
  url: 'https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/',
  looksAt: 'stack',
  check: (stack) => {
    const [tenants, undecided] = [tenantNamespaces(stack), undecidedNamespaces(stack)]
    return stack.resources.flatMap((resource) =>
      podsOf(resource).filter(({ partial }) => !partial).flatMap(({ spec, owner }) => {
        const namespace = owner.object.get('metadata', 'namespace')
        const mayBe = undecided.has(namespace.value) || (namespace.isUnknown && tenants.size > 0)
        if (!mayBe && !tenants.has(namespace.value)) return []
        const faults = [...placed(spec), ...tolerated(spec)]
        const told = mayBe && faults.length > 0 ? [unverifiable(namespace, "is or is not a tenant's: only the update will show it")] : faults
        return told.map((fault) => ({ resource, fault }))
      }),
    )
  },
}

function placed(spec: Field): Fault[] {
  const [selector, terms] = [spec.get('nodeSelector', TENANT_LABEL), spec.get('affinity', 'nodeAffinity', 'requiredDuringSchedulingIgnoredDuringExecution', 'nodeSelectorTerms')]
  if (selector.value === TENANT) return []
  const unknown = [selector, terms].find(({ isUnknown }) => isUnknown)
  if (unknown !== undefined) return [unverifiable(unknown)]
  if (terms.items().length > 0 && terms.items().every(chosen)) return []
  const open = terms.items().length === 0 ? undefined : firstUnknown(terms)
  if (open !== undefined && terms.items().every((term) => chosen(term) || firstUnknown(term) !== undefined)) return [unverifiable(open)]
  return [violation(spec, `selects no tenant node (${TENANT_LABEL}=${TENANT}), neither by nodeSelector nor by each term of a required affinity`)]
}

/** Terms are alternatives: each of them has to choose the tenant nodes. */
function chosen(term: Field): boolean {
  return term.get('matchExpressions').items().some((expression) => {
    const values = expression.get('values').items()
    return expression.get('key').value === TENANT_LABEL && expression.get('operator').value === 'In' && values.length === 1 && values[0]!.value === TENANT
  })
}

function tolerated(spec: Field): Fault[] {
  const tolerations = spec.get('tolerations')
  if (tolerations.isUnknown) return [unverifiable(tolerations)]
  const fits = tolerations.items().some((toleration) => tolerates(toleration))
  if (fits) return []
  const open = firstUnknown(tolerations)
  if (open !== undefined) return [unverifiable(open)]
  return [violation(tolerations, `does not tolerate the taint of tenant nodes (${TENANT_LABEL}=${TENANT})`)]
}

/** The taint's effect is NoSchedule or PreferNoSchedule; without a key every taint is tolerated, which another rule refuses. */
function tolerates(toleration: Field): boolean {
  const [key, operator, value, effect] = ['key', 'operator', 'value', 'effect'].map((name) => toleration.get(name).value)
  if (effect === 'NoExecute') return false
  if (operator === 'Exists') return key === TENANT_LABEL || !key
  return key === TENANT_LABEL && value === TENANT && (!operator || operator === 'Equal')
}

function firstUnknown(field: Field): Field | undefined {
  for (const it of field.walk()) if (it.isUnknown) return it
  return undefined
}
