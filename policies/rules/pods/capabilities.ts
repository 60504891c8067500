import { checkContainers } from '../../pods.ts'
import { demand, type ResourceRule } from '../../rule.ts'
import { showCapability } from './capability.ts'

/** The default set of container runtimes without NET_RAW, as in k8s.io/pod-security-admission v0.36.3. */
const ALLOWED = [
  'AUDIT_WRITE', 'CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'MKNOD', 'NET_BIND_SERVICE', 'SETFCAP', 'SETGID', 'SETPCAP',
  'SETUID', 'SYS_CHROOT',
]

export const capabilities: ResourceRule = {
  id: 'pods-capabilities',
  title: 'No container adds a capability beyond those of the baseline standard.',
  severity: 'critical',
  frameworks: { pss: ['baseline', 'capabilities_baseline'], cis: ['5.2.8', '5.2.9'], nsa: ['Pod security: capabilities'], mtb: ['Block add capabilities'] },
  why: 'SYS_ADMIN, NET_ADMIN and the like are a privileged container in all but name.',
  fix: `Remove the capability from securityContext.capabilities.add (allowed: ${ALLOWED.join(', ')}); a platform pod that needs it goes into policies/exceptions.ts.`,
  url: 'https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline',
  looksAt: 'inputs',
  about: ['pods'],
  check: (resource) =>
    checkContainers(resource, (container) =>
      container
        .get('securityContext', 'capabilities', 'add')
        .items()
        .flatMap((added) =>
          demand(
            added,
            (value) => ALLOWED.some((name) => name === value),
            `is ${showCapability(added.value)}, which the baseline standard does not allow`,
          ),
        ),
    ),
}
