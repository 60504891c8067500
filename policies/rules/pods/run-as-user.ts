import { checkPods, securityContexts, unlessUserNamespace } from '../../pods.ts'
import { refuse, type ResourceRule } from '../../rule.ts'

export const runAsUser: ResourceRule = {
  id: 'pods-run-as-user',
  title: 'No pod and no container asks for the user 0.',
  severity: 'medium',
  frameworks: { pss: ['restricted', 'runAsUser'], cis: ['5.2.7'], nsa: ['Non-root containers'], mtb: ['Require run as non-root user'] },
  why: 'The user 0 is root, and on the node it is root too as soon as one wall falls.',
  fix: 'Remove securityContext.runAsUser, or set it to another number than 0. Since 1.35 a pod with hostUsers: false may run as root.',
  url: 'https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted',
  since: 23,
  looksAt: 'inputs',
  about: ['pods'],
  check: (resource, settings) =>
    checkPods(resource, (pod) =>
      unlessUserNamespace(
        pod,
        settings,
        securityContexts(pod).flatMap((context) =>
          refuse(context.get('runAsUser'), (value) => typeof value === 'number' && value !== 0, 'is 0 or no number, needed is another user'),
        ),
      ),
    ),
}
