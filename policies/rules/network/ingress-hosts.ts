import { objectsOfKind } from '../../kubernetes.ts'
import type { Field } from '../../field.ts'
import { demand, type Fault, refuse, type ResourceRule } from '../../rule.ts'

export const ingressHosts: ResourceRule = {
  id: 'network-ingress-hosts',
  title: 'Every Ingress and every route is for hosts of its own, no wildcard, and within the allowed domains.',
  severity: 'medium',
  frameworks: { nsa: ['Network separation and hardening'] },
  why: "A rule without a host answers for every name that the gateway serves, another tenant's too.",
  fix: 'Name the host in each rule; policies/settings.ts says in which domains hosts may lie.',
  url: 'https://kubernetes.io/docs/concepts/services-networking/ingress/#hostname-wildcards',
  looksAt: 'inputs',
  about: ['Ingress', 'HTTPRoute', 'TLSRoute', 'GRPCRoute'],
  check: (resource, { domains }) => [
    ...objectsOfKind(resource, 'Ingress').flatMap(({ object }) => [
      // `backend` is its name in v1beta1.
      ...['defaultBackend', 'backend'].flatMap((name) => refuse(object.get('spec', name), () => false, 'answers for every host')),
      ...object.get('spec', 'rules').items().flatMap((rule) => named(rule.get('host'), domains)),
    ]),
    ...objectsOfKind(resource, 'HTTPRoute', 'TLSRoute', 'GRPCRoute').flatMap(({ object }) => {
      const hosts = object.get('spec', 'hostnames')
      return hosts.items().length === 0 ? named(hosts, domains) : hosts.items().flatMap((host) => named(host, domains))
    }),
  ],
}

function named(host: Field, domains: readonly string[]): Fault[] {
  const fits = (value: unknown) => typeof value === 'string' && value !== '' && !value.includes('*') && (domains.length === 0 || domains.some((domain) => value === domain || value.endsWith(`.${domain}`)))
  return demand(host, fits, 'is not set, a wildcard, or in no allowed domain')
}
