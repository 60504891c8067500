import { checkContainers } from '../../pods.ts'
import { refuse, type ResourceRule } from '../../rule.ts'

export const hostPorts: ResourceRule = {
  id: 'pods-host-ports',
  title: 'No container takes a port of its node.',
  severity: 'high',
  frameworks: { pss: ['baseline', 'hostPorts'], cis: ['5.2.13'], nsa: ['Network separation and hardening'], mtb: ['Block use of host networking and ports'] },
  why: "A port of the node is reachable past the Service and its NetworkPolicies, and one tenant can take the port that another one's clients trust.",
  fix: 'Remove ports[].hostPort, or set it to 0, and reach the pod through a Service.',
  url: 'https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline',
  looksAt: 'inputs',
  about: ['pods'],
  check: (resource) =>
    checkContainers(resource, (container) =>
      container
        .get('ports')
        .items()
        .flatMap((port) => refuse(port.get('hostPort'), (value) => value === 0, 'is set, allowed is 0')),
    ),
}
