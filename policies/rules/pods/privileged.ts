import { checkPods, containersOf } from '../../kubernetes.ts'
import { refuse, type Rule, show } from '../../rule.ts'

export const privileged: Rule = {
  id: 'pods-privileged',
  title: 'No container is privileged.',
  severity: 'critical',
  why: "A privileged container is root on the node: it reads every tenant's volumes and the WireGuard key.",
  fix: 'Remove securityContext.privileged, or set it to false; a platform pod that needs it goes into policies/exceptions.ts with a reason and an expiry.',
  references: ['https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline'],
  looksAt: 'inputs',
  check: (resource) =>
    checkPods(resource, (podSpec) =>
      containersOf(podSpec).flatMap((container) => {
        const field = container.get('securityContext', 'privileged')
        return refuse(field, (value) => value === false, `is ${show(field.value)}, allowed is false`)
      }),
    ),
}
