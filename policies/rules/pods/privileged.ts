import { checkContainers } from '../../pods.ts'
import { refuse, type ResourceRule, show } from '../../rule.ts'

export const privileged: ResourceRule = {
  id: 'pods-privileged',
  title: 'No container is privileged.',
  severity: 'critical',
  frameworks: { pss: ['baseline', 'privileged'], cis: ['5.2.2'], nsa: ['Pod security: privileged containers'], mtb: ['Block privileged containers'] },
  why: "A privileged container is root on the node: it reads every tenant's volumes and the WireGuard key.",
  fix: 'Remove securityContext.privileged, or set it to false; a platform pod that needs it goes into policies/exceptions.ts with a reason and an expiry.',
  url: 'https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline',
  looksAt: 'inputs',
  about: ['pods'],
  check: (resource) =>
    checkContainers(resource, (container) => {
      const field = container.get('securityContext', 'privileged')
      return refuse(field, (value) => value === false, `is ${show(field.value)}, allowed is false`)
    }),
}
