import { checkPods } from '../../pods.ts'
import { demand, type ResourceRule } from '../../rule.ts'

/** Minor version since which a sysctl counts as safe (k8s.io/pod-security-admission v0.36.3). */
const SAFE: ReadonlyMap<unknown, number> = new Map([
  ['kernel.shm_rmid_forced', 0],
  ['net.ipv4.ip_local_port_range', 0],
  ['net.ipv4.tcp_syncookies', 0],
  ['net.ipv4.ping_group_range', 0],
  ['net.ipv4.ip_unprivileged_port_start', 0],
  ['net.ipv4.ip_local_reserved_ports', 27],
  ['net.ipv4.tcp_keepalive_time', 29],
  ['net.ipv4.tcp_fin_timeout', 29],
  ['net.ipv4.tcp_keepalive_intvl', 29],
  ['net.ipv4.tcp_keepalive_probes', 29],
  ['net.ipv4.tcp_rmem', 32],
  ['net.ipv4.tcp_wmem', 32],
  ['net.ipv4.tcp_slow_start_after_idle', 37],
  ['net.ipv4.tcp_notsent_lowat', 37],
])

export const sysctls: ResourceRule = {
  id: 'pods-sysctls',
  title: 'No pod sets a sysctl that is not among the safe ones.',
  severity: 'high',
  frameworks: { pss: ['baseline', 'sysctls'] },
  why: 'Other sysctls are of the whole node, or switch a protection off for all of its pods.',
  fix: `Remove the entry from securityContext.sysctls; safe are ${[...SAFE.keys()].join(', ')} (some of them since a later version).`,
  url: 'https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline',
  looksAt: 'inputs',
  about: ['pods'],
  check: (resource, { kubernetesMinor }) =>
    checkPods(resource, ({ spec }) =>
      spec
        .get('securityContext', 'sysctls')
        .items()
        .flatMap((sysctl) =>
          demand(sysctl.get('name'), (value) => (SAFE.get(value) ?? Infinity) <= kubernetesMinor, 'is not among the safe sysctls (not shown)'),
        ),
    ),
}
