import { objectsOfKind } from '../../kubernetes.ts'
import type { Field } from '../../field.ts'
import { type Fault, type ResourceRule, unverifiable, violation } from '../../rule.ts'

export const notWidened: ResourceRule = {
  id: 'network-not-widened',
  title: 'No network policy opens a namespace to all others or to the whole internet.',
  severity: 'high',
  frameworks: { cis: ['5.3.2'], nsa: ['Network separation and hardening: network policies'], mtb: ['Block access to other tenants'] },
  why: 'Policies add up: one rule that allows everybody undoes every default-deny, and namespaceSelector {} opens a tenant to every other.',
  fix: 'Name the peers: pods of the same namespace, namespaces by kubernetes.io/metadata.name, or ranges that are no wider than needed.',
  url: 'https://kubernetes.io/docs/concepts/services-networking/network-policies/',
  looksAt: 'inputs',
  check: (resource) =>
    objectsOfKind(resource, 'NetworkPolicy').flatMap(({ object }) => [
      ...object.get('spec', 'ingress').items().flatMap((rule) => widened(rule, rule.get('from'))),
      ...object.get('spec', 'egress').items().flatMap((rule) => widened(rule, rule.get('to'))),
    ]),
}

function widened(rule: Field, peers: Field): Fault[] {
  if (peers.isUnknown) return [unverifiable(peers)]
  if (peers.items().length === 0) return [violation(rule, 'names no peer, so it allows everybody')]
  return peers.items().flatMap((peer) => {
    const [namespaces, range] = [peer.get('namespaceSelector'), peer.get('ipBlock', 'cidr')]
    const unknown = [namespaces, range].find(({ isUnknown }) => isUnknown)
    if (unknown !== undefined) return [unverifiable(unknown)]
    if (typeof range.value === 'string' && isInternet(range.value)) return [violation(range, 'is every address, or nearly')]
    return !namespaces.isAbsent && selectsAll(namespaces) ? [violation(namespaces, 'selects every namespace, or all but some')] : []
  })
}

/** Wider than the widest private ranges, 10.0.0.0/8 and fc00::/7: two halves are the whole too. */
function isInternet(range: string): boolean {
  return Number(range.split('/')[1]) < (range.includes(':') ? 7 : 8)
}

/** An empty selector, or one that asks only for a name that every namespace has. */
function selectsAll(selector: Field): boolean {
  const isOpen = (expression: Field) => expression.get('key').value === 'kubernetes.io/metadata.name' && ['Exists', 'NotIn'].some((operator) => operator === expression.get('operator').value)
  return selector.get('matchLabels').entries().length === 0 && selector.get('matchExpressions').items().every(isOpen)
}
