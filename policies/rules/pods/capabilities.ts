import { checkPods, containersOf } from '../../kubernetes.ts'
import { refuse, type Rule, show } from '../../rule.ts'

const ALLOWED = [
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
]

const REFUSED = [
  'ALL',
  'AUDIT_CONTROL',
  'AUDIT_READ',
  'BLOCK_SUSPEND',
  'BPF',
  'CHECKPOINT_RESTORE',
  'DAC_READ_SEARCH',
  'IPC_LOCK',
  'IPC_OWNER',
  'LEASE',
  'LINUX_IMMUTABLE',
  'MAC_ADMIN',
  'MAC_OVERRIDE',
  'NET_ADMIN',
  'NET_BROADCAST',
  'NET_RAW',
  'PERFMON',
  'SYSLOG',
  'SYS_ADMIN',
  'SYS_BOOT',
  'SYS_MODULE',
  'SYS_NICE',
  'SYS_PACCT',
  'SYS_PTRACE',
  'SYS_RAWIO',
  'SYS_RESOURCE',
  'SYS_TIME',
  'SYS_TTY_CONFIG',
  'WAKE_ALARM',
]

export const capabilities: Rule = {
  id: 'pods-capabilities',
  title: 'No container adds a capability beyond those of the baseline standard.',
  severity: 'critical',
  why: 'SYS_ADMIN, NET_ADMIN and the like are a privileged container in all but name.',
  fix: `Remove the capability from securityContext.capabilities.add (allowed: ${ALLOWED.join(', ')}); a platform pod that needs it goes into policies/exceptions.ts.`,
  references: ['https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline'],
  looksAt: 'inputs',
  check: (resource) =>
    checkPods(resource, (podSpec) =>
      containersOf(podSpec).flatMap((container) =>
        container
          .get('securityContext', 'capabilities', 'add')
          .items()
          .flatMap((added) =>
            refuse(
              added,
              (value) => ALLOWED.some((name) => name === value),
              `is ${show(added.value, REFUSED)}, which the baseline standard does not allow`,
            ),
          ),
      ),
    ),
}
