import { checkPods, type Pod, unlessUserNamespace } from '../../pods.ts'
import { type Fault, refuse, type ResourceRule, show, unverifiable, violation } from '../../rule.ts'

export const runAsNonRoot: ResourceRule = {
  id: 'pods-run-as-non-root',
  title: 'Every container is kept from running as root, by its own setting or that of its pod.',
  severity: 'medium',
  frameworks: { pss: ['restricted', 'runAsNonRoot'], cis: ['5.2.7'], nsa: ['Non-root containers'], mtb: ['Require run as non-root user'] },
  why: 'Root in a container is root on the node as soon as one wall falls.',
  fix: 'Set securityContext.runAsNonRoot of the pod to true and remove it from the containers; the image needs a numeric user other than 0. Since 1.35 a pod with hostUsers: false may run as root.',
  url: 'https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted',
  looksAt: 'inputs',
  about: ['pods'],
  check: (resource, settings) => checkPods(resource, (pod) => unlessUserNamespace(pod, settings, faultsOf(pod))),
}

function faultsOf({ spec, containers, partial }: Pod): Fault[] {
  const ofPod = spec.get('securityContext', 'runAsNonRoot')
  const fields = containers.map((container) => container.get('securityContext', 'runAsNonRoot'))
  const explicit = [ofPod, ...fields].flatMap((field) => refuse(field, (value) => value === true, `is ${show(field.value)}, needed is true`))
  if (partial || ofPod.value === true) return explicit
  const missing = fields
    .filter((field) => field.isAbsent)
    .map((field) => (ofPod.isUnknown ? unverifiable(ofPod) : violation(field, 'is not set, neither here nor for the pod')))
  return [...explicit, ...missing]
}
