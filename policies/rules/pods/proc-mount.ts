import { checkPods, unlessUserNamespace } from '../../pods.ts'
import type { ResourceRule } from '../../rule.ts'
import { unmasked } from './unmasked.ts'

export const procMount: ResourceRule = {
  id: 'pods-proc-mount',
  title: "No container of a pod without a user namespace sees the parts of /proc that the runtime masks.",
  severity: 'high',
  frameworks: { pss: ['baseline', 'procMount'] },
  why: 'The masked parts of /proc change and read the kernel of the node.',
  fix: 'Remove securityContext.procMount, or set it to Default; since 1.35 a pod with hostUsers: false may unmask it.',
  url: 'https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline',
  looksAt: 'inputs',
  about: ['pods'],
  check: (resource, settings) => checkPods(resource, (pod) => unlessUserNamespace(pod, settings, unmasked(pod))),
}
