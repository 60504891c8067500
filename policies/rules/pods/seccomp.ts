import type { Field } from '../../field.ts'
import { checkPods, type Pod, securityContexts } from '../../pods.ts'
import { type Fault, refuse, type ResourceRule, show } from '../../rule.ts'
import { profileFaults } from './seccomp-profile.ts'

const POD_ANNOTATION = 'seccomp.security.alpha.kubernetes.io/pod'
const CONTAINER_ANNOTATION = 'container.seccomp.security.alpha.kubernetes.io/'

export const seccomp: ResourceRule = {
  id: 'pods-seccomp',
  title: 'No pod and no container turns seccomp off.',
  severity: 'high',
  frameworks: { pss: ['baseline', 'seccompProfile_baseline'], nsa: ['Hardening applications: AppArmor, SELinux, seccomp'] },
  why: 'Without the profile a container may make every system call, the ones with which most escapes begin too.',
  fix: 'Remove seccompProfile, or set its type to RuntimeDefault or Localhost.',
  url: 'https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline',
  looksAt: 'inputs',
  about: ['pods'],
  check: (resource, { kubernetesMinor }) =>
    checkPods(resource, (pod) =>
      // Before 1.19 there was no field.
      kubernetesMinor < 19 ? inAnnotations(pod) : securityContexts(pod).flatMap((context) => profileFaults(context)),
    ),
}

function inAnnotations({ metadata, containers }: Pod): Fault[] {
  const annotations = metadata.get('annotations')
  return [POD_ANNOTATION, ...containers.map((container) => `${CONTAINER_ANNOTATION}${nameOf(container)}`)]
    .map((key) => annotations.get(key))
    .flatMap((annotation) =>
      refuse(
        annotation,
        (value) => typeof value === 'string' && (['runtime/default', 'docker/default'].includes(value) || value.startsWith('localhost/')),
        `is ${show(annotation.value, ['unconfined'])}, allowed are runtime/default and localhost/...`,
      ),
    )
}

function nameOf(container: Field): string {
  const { value } = container.get('name')
  return typeof value === 'string' ? value : ''
}
