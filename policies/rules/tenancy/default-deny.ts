import type { Field } from '../../field.ts'
import type { StackRule } from '../../rule.ts'
import { tenantFaults } from './namespaces.ts'

export const defaultDeny: StackRule = {
  id: 'tenancy-default-deny',
  title: 'Every namespace of a tenant has network policies that close it, in and out, for all of its pods.',
  severity: 'high',
  frameworks: { cis: ['5.3.2'], nsa: ['Network separation and hardening: network policies'], mtb: ['Require network policies'] },
  why: 'A pod that no policy selects talks to everybody, the other tenants and the metadata service of the cloud included.',
  fix: 'Add a NetworkPolicy with an empty podSelector and the policyTypes Ingress and Egress (TenantIsolation does), then allow what is needed.',
  url: 'https://kubernetes.io/docs/concepts/services-networking/network-policies/#default-deny-all-ingress-and-all-egress-traffic',
  looksAt: 'stack',
  check: (stack, settings) =>
    tenantFaults(stack, settings, 'NetworkPolicy', (policies) => {
      const closed = policies.filter(selectsAll).flatMap(directions)
      const open = ['Ingress', 'Egress'].filter((direction) => !closed.includes(direction))
      if (open.length === 0) return undefined
      const unknown = policies.flatMap((policy) => [policy.get('spec', 'podSelector'), policy.get('spec', 'policyTypes')]).find(({ isUnknown }) => isUnknown)
      return unknown ?? `has no network policy that closes it for all pods (${open.join(' and ')})`
    }),
}

function selectsAll(policy: Field): boolean {
  const selector = policy.get('spec', 'podSelector')
  return [selector.get('matchLabels').entries(), selector.get('matchExpressions').items()].every((terms) => terms.length === 0)
}

/** Without policyTypes a policy is for what comes in, and for what goes out where it has egress rules. */
function directions(policy: Field): unknown[] {
  const types = policy.get('spec', 'policyTypes').items().map(({ value }) => value)
  return types.length > 0 ? types : ['Ingress', ...(policy.get('spec', 'egress').items().length > 0 ? ['Egress'] : [])]
}
