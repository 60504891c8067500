import { checkPods } from '../../pods.ts'
import type { ResourceRule } from '../../rule.ts'
import { unmasked } from './unmasked.ts'

export const procMountMasked: ResourceRule = {
  id: 'pods-proc-mount-masked',
  title: 'No container at all sees the parts of /proc that the runtime masks.',
  severity: 'medium',
  frameworks: { pss: ['restricted', 'procMount_restricted'] },
  why: 'Even in a user namespace an unmasked /proc shows more of the kernel than a tenant needs.',
  fix: 'Remove securityContext.procMount, or set it to Default.',
  url: 'https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted',
  since: 35,
  replaces: 'pods-proc-mount',
  looksAt: 'inputs',
  about: ['pods'],
  check: (resource) => checkPods(resource, unmasked),
}
