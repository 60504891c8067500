import { checkPods, type Pod, securityContexts } from '../../pods.ts'
import { demand, type Fault, refuse, type ResourceRule, show, unverifiable } from '../../rule.ts'

const ANNOTATION = 'container.apparmor.security.beta.kubernetes.io/'
const TYPES = ['RuntimeDefault', 'Localhost']

export const appArmor: ResourceRule = {
  id: 'pods-app-armor',
  title: "No pod and no container turns the runtime's AppArmor profile off.",
  severity: 'high',
  frameworks: { pss: ['baseline', 'appArmorProfile'], nsa: ['Hardening applications: AppArmor, SELinux, seccomp'] },
  why: 'The profile is what still stops a container whose process has become root.',
  fix: 'Remove appArmorProfile (and the annotation of older versions), or set its type to RuntimeDefault or Localhost.',
  url: 'https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline',
  looksAt: 'inputs',
  about: ['pods'],
  check: (resource) => checkPods(resource, (pod) => [...inFields(pod), ...inAnnotations(pod)]),
}

function inFields(pod: Pod): Fault[] {
  return securityContexts(pod).flatMap((context) => {
    const profile = context.get('appArmorProfile')
    const type = profile.get('type')
    return profile.isAbsent ? [] : demand(type, (value) => TYPES.some((it) => it === value), `is ${show(type.value, ['Unconfined'])}, allowed are ${TYPES.join(' and ')}`)
  })
}

function inAnnotations({ metadata }: Pod): Fault[] {
  const annotations = metadata.get('annotations')
  if (annotations.isUnknown) return [unverifiable(annotations)]
  return annotations
    .entries()
    .filter((annotation) => annotation.key.startsWith(ANNOTATION))
    .flatMap((annotation) =>
      refuse(
        annotation,
        (value) => value === '' || value === 'runtime/default' || (typeof value === 'string' && value.startsWith('localhost/')),
        `is ${show(annotation.value, ['unconfined'])}, allowed are runtime/default and localhost/...`,
      ),
    )
}
