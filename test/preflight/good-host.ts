/** A host that fits, and what is asked of it. */
import type { HostFacts } from '../../host/facts.ts'
import type { Expectations } from '../../preflight/judge-host.ts'

export const facts: HostFacts = {
  os: { id: 'debian', version: '12', name: 'Debian GNU/Linux 12 (bookworm)' },
  architecture: 'x86_64',
  hostname: 'vps',
  machineId: 'aaa',
  resolvConf: '/etc/resolv.conf',
  memory: { total: 2 ** 32 },
  disk: { free: 2 ** 35, total: 2 ** 36 },
  clock: 1000,
  cgroupVersion: 2,
  swap: [],
  kernelHas: { tun: true, wireguard: true, overlay: true, br_netfilter: true, vxlan: true, nf_tables: true, ip_tables: true, ip_set: true },
  addresses: [],
  routes: [{ to: 'fe80::/64', interface: 'eth0' }, { to: 'default', interface: 'eth0', via: '198.51.100.254' }, { to: '198.51.100.0/24', interface: 'eth0' }],
  listening: [{ protocol: 'tcp', port: 22, process: 'sshd' }],
  packages: [],
  aptSources: [],
  firewalls: [],
  closedChains: [],
  dialLimits: [],
  sections: [],
  probes: { dial: [] },
}
export const wanted: Expectations = {
  ranges: [{ range: '10.100.0.0/24', option: 'annex:tunnel.range' }, { range: '10.244.0.0/16', option: 'annex:cluster.pods' }],
  ownInterfaces: ['wg0', 'cali*'],
  now: 1000,
  ports: [
    { protocol: 'tcp', port: 10250, owners: ['kubelet'] },
    { protocol: 'tcp', port: 10256, owners: ['kube-proxy'], beforeJoin: true },
  ],
  sshPort: 22,
  memory: 2 ** 30,
  disk: 2 ** 32,
  worker: true,
  cgroupV1Allowed: false,
  pool: { path: '/pool', size: 10 * 2 ** 30, volumes: [{ name: 'a', size: 2 ** 30 }, { name: 'b', size: 2 ** 30 }] },
  sources: [{ uri: 'https://packages.example.org/debian/', suite: 'bookworm' }],
  tunnel: { interface: 'wg0', section: 'wireguard-tunnel', mtu: 1420 },
  pinned: [{ name: 'kubelet', version: '1.36.3-1.1' }],
}
