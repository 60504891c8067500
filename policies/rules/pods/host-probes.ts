import type { Field } from '../../field.ts'
import { checkContainers } from '../../pods.ts'
import { refuse, type ResourceRule } from '../../rule.ts'

export const hostProbes: ResourceRule = {
  id: 'pods-host-probes',
  title: 'No probe and no lifecycle handler makes the kubelet call another host.',
  severity: 'medium',
  frameworks: { pss: ['baseline', 'hostProbesAndHostLifecycle'] },
  why: "The kubelet makes the request from the node: a host of the tenant's choice turns it into a scanner of networks that the pod itself cannot reach.",
  fix: "Remove the field host of httpGet and tcpSocket; without it the kubelet asks the pod's own address. A virtual host goes into httpGet.httpHeaders.",
  url: 'https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline',
  since: 34,
  looksAt: 'inputs',
  about: ['pods'],
  check: (resource) =>
    checkContainers(resource, (container) =>
      handlersOf(container).flatMap((handler) =>
        ['httpGet', 'tcpSocket'].flatMap((call) => refuse(handler.get(call, 'host'), (value) => value === '', 'is set (not shown), allowed is none')),
      ),
    ),
}

function handlersOf(container: Field): Field[] {
  const probes = ['livenessProbe', 'readinessProbe', 'startupProbe'].map((probe) => container.get(probe))
  return [...probes, ...['postStart', 'preStop'].map((moment) => container.get('lifecycle', moment))]
}
