import { type Field, UNKNOWN } from '../../field.ts'
import { checkPods, unlessWindows } from '../../pods.ts'
import { demand, refuse, type ResourceRule, show } from '../../rule.ts'

export const privilegeEscalation: ResourceRule = {
  id: 'pods-privilege-escalation',
  title: 'No process of a container can gain more privileges than its parent.',
  severity: 'medium',
  frameworks: { pss: ['restricted', 'allowPrivilegeEscalation'], cis: ['5.2.6'], nsa: ['Pod security: privilege escalation'], mtb: ['Block privilege escalation'] },
  why: 'A set-user-ID program in the image makes root of an ordinary user.',
  fix: 'Set securityContext.allowPrivilegeEscalation of each container to false.',
  url: 'https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted',
  since: 8,
  looksAt: 'inputs',
  about: ['pods'],
  check: (resource, settings) =>
    checkPods(resource, (pod) =>
      unlessWindows(
        pod,
        settings,
        pod.containers.flatMap((container) => {
          const field = container.get('securityContext', 'allowPrivilegeEscalation')
          return (pod.partial ? refuse : demand)(field, (value) => value === false, `is ${show(field.value)}, needed is false`)
        }),
      ),
    ),
  repaired: (_, securityContext) => (needsEscalation(securityContext) ? undefined : false),
}

/** The API server refuses false beside these (ValidateSecurityContext). */
function needsEscalation(securityContext: Field): boolean {
  const { value } = securityContext.get('privileged')
  return value === true || value === UNKNOWN || securityContext.get('capabilities', 'add').items().some((capability) => capability.isUnknown || capability.value === 'CAP_SYS_ADMIN')
}
