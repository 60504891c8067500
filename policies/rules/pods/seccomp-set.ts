import { checkPods, type Pod, securityContexts, unlessWindows } from '../../pods.ts'
import { type Fault, type ResourceRule, unverifiable, violation } from '../../rule.ts'
import { isProfile, profileFaults } from './seccomp-profile.ts'

export const seccompSet: ResourceRule = {
  id: 'pods-seccomp-set',
  title: 'Every container has a seccomp profile, its own or that of its pod.',
  severity: 'medium',
  frameworks: { pss: ['restricted', 'seccompProfile_restricted'], cis: ['5.6.2'], nsa: ['Hardening applications: AppArmor, SELinux, seccomp'] },
  why: 'A container without a profile runs unconfined unless the kubelet has been told to apply the default one.',
  fix: 'Set securityContext.seccompProfile.type of the pod to RuntimeDefault.',
  url: 'https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted',
  since: 19,
  replaces: 'pods-seccomp',
  looksAt: 'inputs',
  about: ['pods'],
  check: (resource, settings) =>
    checkPods(resource, (pod) =>
      unlessWindows(pod, settings, [...securityContexts(pod).flatMap((context) => profileFaults(context)), ...missing(pod)]),
    ),
}

function missing({ spec, containers, partial }: Pod): Fault[] {
  const ofPod = spec.get('securityContext', 'seccompProfile', 'type')
  if (partial || isProfile(ofPod.value)) return []
  return containers
    .map((container) => container.get('securityContext', 'seccompProfile'))
    .filter((profile) => profile.isAbsent)
    .map((profile) => (ofPod.isUnknown ? unverifiable(ofPod) : violation(profile, 'is not set, neither here nor for the pod')))
}
