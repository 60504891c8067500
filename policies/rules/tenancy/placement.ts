import type { Field } from '../../field.ts'
import { podsOf } from '../../pods.ts'
import { type Fault, type StackRule, unverifiable, violation } from '../../rule.ts'
import { TENANT, TENANT_LABEL, tenantNamespaces } from './namespaces.ts'

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
    const tenants = tenantNamespaces(stack)
    return stack.resources.flatMap((resource) =>
      podsOf(resource)
        .filter(({ partial, owner }) => !partial && tenants.has(owner.object.get('metadata', 'namespace').value))
        .flatMap(({ spec }) => [...placed(spec), ...tolerated(spec)].map((fault) => ({ resource, fault }))),
    )
  },
}

function placed(spec: Field): Fault[] {
  const [selector, terms] = [spec.get('nodeSelector', TENANT_LABEL), spec.get('affinity', 'nodeAffinity', 'requiredDuringSchedulingIgnoredDuringExecution', 'nodeSelectorTerms')]
  if (selector.value === TENANT) return []
  const unknown = [selector, terms].find(({ isUnknown }) => isUnknown)
  if (unknown !== undefined) return [unverifiable(unknown)]
  if (terms.items().length > 0 && terms.items().every(chosen)) return []
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
  const fits = tolerations.items().some((toleration) => toleration.get('key').value === TENANT_LABEL && (toleration.get('operator').value === 'Exists' || toleration.get('value').value === TENANT))
  return fits ? [] : [violation(tolerations, `does not tolerate the taint of tenant nodes (${TENANT_LABEL}=${TENANT})`)]
}
