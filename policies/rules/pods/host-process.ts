import { checkPods, securityContexts } from '../../pods.ts'
import { refuse, type ResourceRule, show } from '../../rule.ts'

export const hostProcess: ResourceRule = {
  id: 'pods-host-process',
  title: 'No pod is a Windows HostProcess pod.',
  severity: 'critical',
  frameworks: { pss: ['baseline', 'windowsHostProcess'], cis: ['5.2.11'] },
  why: 'A HostProcess container is the privileged container of a Windows node.',
  fix: 'Remove securityContext.windowsOptions.hostProcess, or set it to false.',
  url: 'https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline',
  looksAt: 'inputs',
  about: ['pods'],
  check: (resource) =>
    checkPods(resource, (pod) =>
      securityContexts(pod).flatMap((context) => {
        const field = context.get('windowsOptions', 'hostProcess')
        return refuse(field, (value) => value === false, `is ${show(field.value)}, allowed is false`)
      }),
    ),
}
