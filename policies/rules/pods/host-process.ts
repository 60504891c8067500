import { checkPods, containersOf } from '../../kubernetes.ts'
import { refuse, type Rule, show } from '../../rule.ts'

export const hostProcess: Rule = {
  id: 'pods-host-process',
  title: 'No pod is a Windows HostProcess pod.',
  severity: 'critical',
  why: 'A HostProcess container is the privileged container of a Windows node.',
  fix: 'Remove securityContext.windowsOptions.hostProcess, or set it to false.',
  references: ['https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline'],
  looksAt: 'inputs',
  check: (resource) =>
    checkPods(resource, (podSpec) =>
      [podSpec, ...containersOf(podSpec)].flatMap((holder) => {
        const field = holder.get('securityContext', 'windowsOptions', 'hostProcess')
        return refuse(field, (value) => value === false, `is ${show(field.value)}, allowed is false`)
      }),
    ),
}
