import { objectsOfKind } from '../../kubernetes.ts'
import { demand, refuse, type ResourceRule } from '../../rule.ts'

export const serviceExposure: ResourceRule = {
  id: 'network-service-exposure',
  title: 'No service opens a port of the nodes, or a load balancer to the whole internet.',
  severity: 'medium',
  frameworks: { nsa: ['Network separation and hardening'], mtb: ['Block use of NodePort services'] },
  why: 'A NodePort is open on every node, past the gateway and its TLS; a load balancer without source ranges is open to everybody.',
  fix: 'Use ClusterIP behind the gateway; a load balancer needs loadBalancerSourceRanges.',
  url: 'https://kubernetes.io/docs/concepts/services-networking/service/#publishing-services-service-types',
  looksAt: 'inputs',
  check: (resource) =>
    objectsOfKind(resource, 'Service').flatMap(({ object }) => {
      const type = object.get('spec', 'type')
      const open = type.value === 'LoadBalancer' ? demand(object.get('spec', 'loadBalancerSourceRanges'), (ranges) => Array.isArray(ranges) && ranges.length > 0 && !ranges.some((range) => String(range).endsWith('/0')), 'is not set or holds every address, though the type is "LoadBalancer"') : []
      return [...refuse(type, (value) => value !== 'NodePort', 'is "NodePort"'), ...open]
    }),
}
