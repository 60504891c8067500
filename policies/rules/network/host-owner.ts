import type { Field } from '../../field.ts'
import { type StackRule, unverifiable, violation } from '../../rule.ts'
import { namespaceOf, type StackObject } from '../../stack.ts'

export const hostOwner: StackRule = {
  id: 'network-host-owner',
  title: 'No two namespaces serve the same host.',
  severity: 'high',
  frameworks: { mtb: ['Block access to other tenants'] },
  why: "The second one takes over a part of the first one's traffic, cookies and logins included.",
  fix: 'Give each tenant hosts of its own, by a domain for each.',
  url: 'https://kubernetes.io/docs/concepts/services-networking/ingress/',
  looksAt: 'stack',
  check: (stack) => {
    const owners = new Map<unknown, string | undefined>()
    return stack.objects('Ingress', 'HTTPRoute', 'TLSRoute', 'GRPCRoute').flatMap((served) =>
      hostsOf(served).flatMap((host) => {
        const { object, resource } = served
        const namespace = namespaceOf(object)
        if (host.isUnknown) return [{ resource, fault: unverifiable(host) }]
        if (typeof host.value !== 'string') return []
        if (namespace === undefined) return [{ resource, fault: unverifiable(object.get('metadata', 'namespace')) }]
        const owner = owners.get(host.value) ?? namespace
        owners.set(host.value, owner)
        return owner === namespace ? [] : [{ resource, fault: violation(host, 'is served by another namespace already') }]
      }),
    )
  },
}

function hostsOf({ kind, object }: StackObject): Field[] {
  return kind === 'Ingress' ? object.get('spec', 'rules').items().map((rule) => rule.get('host')) : object.get('spec', 'hostnames').items()
}
