import { checkPods, securityContexts } from '../../pods.ts'
import { refuse, type ResourceRule, show } from '../../rule.ts'

/** As in k8s.io/pod-security-admission v0.36.3; the last one since 1.31. */
const TYPES = ['', 'container_t', 'container_init_t', 'container_kvm_t']
const TYPES_1_31 = [...TYPES, 'container_engine_t']

export const seLinux: ResourceRule = {
  id: 'pods-se-linux',
  title: 'No pod and no container has an SELinux user, role or type of its own choice.',
  severity: 'high',
  frameworks: { pss: ['baseline', 'seLinuxOptions'], nsa: ['Hardening applications: AppArmor, SELinux, seccomp'] },
  why: 'Types like spc_t take the confinement off; a user or role can do the same.',
  fix: `Remove seLinuxOptions.user and seLinuxOptions.role; of types only ${TYPES_1_31.slice(1).join(', ')} are allowed (the last one since 1.31).`,
  url: 'https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline',
  looksAt: 'inputs',
  about: ['pods'],
  check: (resource, { kubernetesMinor }) => {
    const types = kubernetesMinor < 31 ? TYPES : TYPES_1_31
    return checkPods(resource, (pod) =>
      securityContexts(pod).flatMap((context) => {
        const [type, user, role] = ['type', 'user', 'role'].map((name) => context.get('seLinuxOptions', name))
        return [
          ...refuse(type!, (value) => types.some((it) => it === value), `is ${show(type!.value, ['spc_t', 'container_engine_t'])}, which the baseline standard does not allow`),
          ...[user!, role!].flatMap((field) => refuse(field, (value) => value === '', 'is set (not shown), allowed is none')),
        ]
      }),
    )
  },
}
