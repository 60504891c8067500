import type { Field } from '../../field.ts'
import { objectsOfKind } from '../../kubernetes.ts'
import { type Fault, type Resource, type StackRule, violation } from '../../rule.ts'
import type { Settings } from '../../settings.ts'
import { namespaceOf, type Stack } from '../../stack.ts'
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
  check: (stack, settings) => [
    ...removed(stack, settings),
    ...tenantFaults(stack, settings, 'NetworkPolicy', (policies) => {
      const open = DIRECTIONS.filter((direction) => !closedBy(policies).has(direction))
      if (open.length === 0) return undefined
      const unknown = policies.flatMap((policy) => [policy.get('spec', 'podSelector'), policy.get('spec', 'policyTypes')]).find(({ isUnknown }) => isUnknown)
      return unknown ?? `has no network policy that closes it for all pods (${open.join(' and ')})`
    }),
  ],
}

const DIRECTIONS = ['Ingress', 'Egress']

/** Policies that a preview takes away from a namespace that stays, though nothing else that is seen closes it. */
function removed(stack: Stack, { platformNamespaces }: Settings): { resource: Resource; fault: Fault }[] {
  const gone = new Set(stack.removed.flatMap((resource) => objectsOfKind(resource, 'Namespace').map(({ object }) => object.get('metadata', 'name').value)))
  // Of a namespace that is seen the rule says the same without.
  const seen = new Set(stack.objects('Namespace').map(({ object }) => object.get('metadata', 'name').value))
  return stack.removed.flatMap((resource) =>
    objectsOfKind(resource, 'NetworkPolicy').filter(({ patch }) => !patch).flatMap(({ object }) => {
      const namespace = namespaceOf(object)
      if (namespace === undefined || gone.has(namespace) || seen.has(namespace) || platformNamespaces.includes(namespace)) return []
      const closed = closedBy(stack.within(namespace, 'NetworkPolicy').objects.map((found) => found.object))
      const open = [...closedBy([object])].filter((direction) => !closed.has(direction))
      return open.length === 0 ? [] : [{ resource, fault: violation(object, `goes away, and with it what closes the namespace for all pods (${open.join(' and ')})`) }]
    }),
  )
}

/** The directions that policies close for all pods. */
function closedBy(policies: readonly Field[]): Set<unknown> {
  return new Set(policies.filter(selectsAll).flatMap(directions))
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
