import { objectsOfKind } from '../../kubernetes.ts'
import type { Field } from '../../field.ts'
import { type Fault, type ResourceRule, unverifiable, violation } from '../../rule.ts'
import { TENANT_LABEL } from '../tenancy/namespaces.ts'
import { isInternet } from './internet.ts'

export const notWidened: ResourceRule = {
  id: 'network-not-widened',
  title: 'No network policy opens a namespace to all others or to the whole internet.',
  severity: 'high',
  frameworks: { cis: ['5.3.2'], nsa: ['Network separation and hardening: network policies'], mtb: ['Block access to other tenants'] },
  why: 'Policies add up: one rule that allows everybody undoes every default-deny, and namespaceSelector {} opens a tenant to every other.',
  fix: 'Name the peers: pods of the same namespace, namespaces by kubernetes.io/metadata.name, or ranges that are no wider than needed.',
  url: 'https://kubernetes.io/docs/concepts/services-networking/network-policies/',
  looksAt: 'inputs',
  about: ['NetworkPolicy'],
  check: (resource, { platformNamespaces }) =>
    objectsOfKind(resource, 'NetworkPolicy').flatMap(({ object }) => {
      // The platform may name all tenants, a tenant may not.
      const ofPlatform = platformNamespaces.some((name) => name === object.get('metadata', 'namespace').value)
      return [
        ...object.get('spec', 'ingress').items().flatMap((rule) => widened(rule, rule.get('from'), ofPlatform)),
        ...object.get('spec', 'egress').items().flatMap((rule) => widened(rule, rule.get('to'), ofPlatform)),
      ]
    }),
}

function widened(rule: Field, peers: Field, ofPlatform: boolean): Fault[] {
  if (peers.isUnknown) return [unverifiable(peers)]
  if (peers.items().length === 0) return [violation(rule, 'names no peer, so it allows everybody')]
  return peers.items().flatMap((peer) => {
    const [namespaces, range] = [peer.get('namespaceSelector'), peer.get('ipBlock', 'cidr')]
    const unknown = [namespaces, range].find(({ isUnknown }) => isUnknown)
    if (unknown !== undefined) return [unverifiable(unknown)]
    if (isInternet(range.value)) return [violation(range, 'is every address, or nearly')]
    return namespaces.isAbsent ? [] : selected(namespaces, ofPlatform)
  })
}

/** An empty selector selects every namespace; so does, but for some, one that says only what a namespace has not. */
function selected(selector: Field, ofPlatform: boolean): Fault[] {
  const [labels, expressions] = [selector.get('matchLabels'), selector.get('matchExpressions').items()]
  // Every tenant has it.
  const isCommon = ({ key }: Field) => !ofPlatform && key === TENANT_LABEL
  if ((!labels.isUnknown && labels.entries().some((label) => !isCommon(label))) || expressions.some((expression) => isClosed(expression) && (ofPlatform || expression.get('key').value !== TENANT_LABEL))) return []
  const unknown = [labels, ...expressions.flatMap((expression) => [expression.get('operator'), expression.get('key')])].find(({ isUnknown }) => isUnknown)
  return [unknown === undefined ? violation(selector, 'selects every namespace, or all but some') : unverifiable(unknown)]
}

/** Asks for what a namespace of somebody else has not by itself; every one has a name, and a new one no label that nobody gave it. */
function isClosed(expression: Field): boolean {
  const [operator, key] = [expression.get('operator'), expression.get('key')]
  if (operator.isUnknown || operator.value === 'NotIn' || operator.value === 'DoesNotExist') return false
  return operator.value !== 'Exists' || !(key.isUnknown || key.value === 'kubernetes.io/metadata.name')
}
