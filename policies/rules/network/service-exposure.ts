import { objectsOfKind } from '../../kubernetes.ts'
import type { Field } from '../../field.ts'
import { demand, type Fault, refuse, type ResourceRule } from '../../rule.ts'
import { isInternet } from './internet.ts'

export const serviceExposure: ResourceRule = {
  id: 'network-service-exposure',
  title: 'No service opens a port of the nodes, or a load balancer to the whole internet.',
  severity: 'medium',
  frameworks: { nsa: ['Network separation and hardening'], mtb: ['Block use of NodePort services'] },
  why: 'A NodePort is open on every node, past the gateway and its TLS; a load balancer without source ranges is open to everybody.',
  fix: 'Use ClusterIP behind the gateway; a load balancer needs loadBalancerSourceRanges.',
  url: 'https://kubernetes.io/docs/concepts/services-networking/service/#publishing-services-service-types',
  looksAt: 'inputs',
  about: ['Service'],
  check: (resource) =>
    objectsOfKind(resource, 'Service').flatMap(({ object }) => {
      const type = object.get('spec', 'type')
      return [...refuse(type, (value) => value !== 'NodePort', 'is "NodePort"'), ...(type.value === 'LoadBalancer' ? open(object.get('spec', 'loadBalancerSourceRanges')) : [])]
    }),
}

function open(ranges: Field): Fault[] {
  return [
    ...demand(ranges, (value) => Array.isArray(value) && value.length > 0, 'is not set, though the type is "LoadBalancer"'),
    ...ranges.items().flatMap((range) => demand(range, (value) => !isInternet(value), 'is every address, or nearly')),
  ]
}
