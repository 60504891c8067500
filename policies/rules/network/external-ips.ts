import { objectsOfKind } from '../../kubernetes.ts'
import { refuse, type ResourceRule } from '../../rule.ts'

export const externalIps: ResourceRule = {
  id: 'network-external-ips',
  title: 'No service takes traffic for addresses of its own choice.',
  severity: 'high',
  frameworks: { mtb: ['Block use of external IPs'] },
  why: "externalIPs let a tenant take over traffic to any address, another tenant's or the cloud's (CVE-2020-8554).",
  fix: 'Remove spec.externalIPs; addresses are handed out by a load balancer.',
  url: 'https://kubernetes.io/docs/concepts/services-networking/service/#external-ips',
  looksAt: 'inputs',
  about: ['Service'],
  check: (resource) =>
    objectsOfKind(resource, 'Service').flatMap(({ object }) => refuse(object.get('spec', 'externalIPs'), (value) => Array.isArray(value) && value.length === 0, 'is set')),
}
