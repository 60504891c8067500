import { objectsOfKind } from '../../kubernetes.ts'
import { demand, refuse, type ResourceRule, unverifiable } from '../../rule.ts'

export const ingressTls: ResourceRule = {
  id: 'transport-ingress-tls',
  title: 'Every Ingress and every gateway listener encrypts its hosts.',
  severity: 'medium',
  frameworks: { nsa: ['Network separation and hardening: encryption'] },
  why: 'Passwords and sessions cross the internet in plain text.',
  fix: 'Add spec.tls with the hosts and a certificate; a listener has the protocol HTTPS or TLS. A redirect from http goes into policies/exceptions.ts.',
  url: 'https://kubernetes.io/docs/concepts/services-networking/ingress/#tls',
  looksAt: 'inputs',
  about: ['Ingress', 'Gateway'],
  check: (resource) => [
    ...objectsOfKind(resource, 'Ingress').filter(({ patch }) => !patch).flatMap(({ object }) => {
      const tls = object.get('spec', 'tls')
      const covered = tls.items().flatMap((entry) => entry.get('hosts').items())
      if (tls.isUnknown || covered.some(({ isUnknown }) => isUnknown)) return [unverifiable(tls)]
      // An entry without hosts is for all of them (networking/v1, IngressTLS).
      if (tls.items().some((entry) => entry.get('hosts').items().length === 0)) return []
      const rules = object.get('spec', 'rules').items()
      // `backend` is its name in v1beta1. It has no host that an entry could name.
      if (rules.length === 0 && tls.items().length === 0) return ['defaultBackend', 'backend'].flatMap((name) => refuse(object.get('spec', name), () => false, 'answers without spec.tls'))
      return rules.map((rule) => rule.get('host')).flatMap((host) => demand(host, (name) => covered.some(({ value }) => covers(value, name)), 'is in no entry of spec.tls'))
    }),
    ...objectsOfKind(resource, 'Gateway').flatMap(({ object }) => object.get('spec', 'listeners').items().flatMap((listener) => refuse(listener.get('protocol'), (value) => value !== 'HTTP', 'is "HTTP"'))),
  ],
}

/** A certificate's host, which may begin with a wildcard for one label. */
function covers(certificate: unknown, host: unknown): boolean {
  if (typeof certificate !== 'string' || typeof host !== 'string') return false
  return certificate === host || (certificate.startsWith('*.') && host.slice(host.indexOf('.') + 1) === certificate.slice(2))
}
