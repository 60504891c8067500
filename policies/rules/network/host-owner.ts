import { type StackRule, violation } from '../../rule.ts'
import { namespaceOf } from '../../stack.ts'

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
    return stack.objects('Ingress').flatMap(({ object, resource }) =>
      object.get('spec', 'rules').items().flatMap((rule) => {
        const [host, namespace] = [rule.get('host'), namespaceOf(object)]
        if (typeof host.value !== 'string' || namespace === undefined) return []
        const owner = owners.get(host.value) ?? namespace
        owners.set(host.value, owner)
        return owner === namespace ? [] : [{ resource, fault: violation(host, 'is served by another namespace already') }]
      }),
    )
  },
}
