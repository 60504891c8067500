/** Documents that between them have every kind of item but the join. */
import { readFileSync } from 'node:fs'
import { labPath } from '../../lab/environment.ts'
import { services } from '../../lab/topology.ts'
import type { Items } from './lab-host.ts'

const gateway = { name: 'gateway', publicKey: 'xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=', endpoint: '198.51.100.2:51999', allowedIps: ['10.100.0.0/24', '10.10.0.0/24'], keepalive: 25 }
const other = { name: 'other', publicKey: 'AAIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=', allowedIps: [] }
const wg = { kind: 'interface' as const, name: 'wg7', address: '10.100.0.12/32', mtu: 1420, peers: [gateway, other] }
const peer = { kind: 'peer' as const, interface: 'wg7', name: 'vps-worker-9', publicKey: 'BBIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=', endpoint: '198.51.100.9:51999', allowedIps: ['10.100.0.19/32', '10.99.0.0/16'] }
const sleeper = '[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n'
const wireguard: Items = [
  { kind: 'packages', install: [{ name: 'wireguard-tools' }, { name: 'wireguard-go', unlessModule: 'wireguard' }] },
  { kind: 'key', interface: 'wg7' },
]
const firewall = (ports: string) => `chain input {\n  type filter hook input priority filter; policy accept;\n  iifname { "lo", "wg7" } accept\n  tcp dport ${ports} accept\n}\n`

const kubernetes = {
  kind: 'repository' as const, name: 'kubernetes', uri: `http://${services}/kubernetes/core:/stable:/v1.36/deb/`, suite: '/', components: [],
  // Only there once the lab is.
  get key() { return keyOfLab() },
}

export const keyOfLab = () => readFileSync(labPath('keys/apt.asc'), 'utf8')
export const caOfLab = () => readFileSync(labPath('keys/registry-ca.pem'), 'utf8')

export interface Case {
  kind: string
  items: Items
  /** The same, changed in what may change. */
  changed?: Items
  /** What somebody does by hand, and how a look at it tells. */
  byHand?: [string, RegExp]
}

/** The items of the case of that kind. */
export const itemsOf = (kind: string): Items => cases.find((it) => it.kind === kind)!.items

export const cases: Case[] = [
  {
    kind: 'file',
    items: [{ kind: 'file', path: '/etc/annex-test/deep/a.conf', mode: '640', content: 'a\n"b"\té\n' }, { kind: 'file', path: '/etc/motd', mode: '600', content: 'ours' }],
    changed: [{ kind: 'file', path: '/etc/annex-test/deep/a.conf', mode: '644', content: '' }, { kind: 'file', path: '/etc/motd', mode: '600', content: 'ours' }],
    byHand: ['echo theirs >/etc/motd; chmod 777 /etc/motd', /^file \/etc\/motd: content differs$/m],
  },
  {
    kind: 'sysctl',
    items: [{ kind: 'sysctl', key: 'net.ipv4.ip_local_port_range', value: '20000 60000' }, { kind: 'sysctl', key: 'net.ipv4.conf.all.log_martians', value: '1' }],
    changed: [{ kind: 'sysctl', key: 'net.ipv4.ip_local_port_range', value: '30000 50000' }],
    byHand: ['echo 1024 60999 >/proc/sys/net/ipv4/ip_local_port_range', /is 1024 60999, not 20000 60000/],
  },
  { kind: 'module', items: [{ kind: 'module', name: 'overlay' }, { kind: 'module', name: 'br_netfilter' }], changed: [{ kind: 'module', name: 'overlay' }], byHand: ['rm /etc/modules-load.d/annex-overlay.conf', /module overlay: not loaded at boot/] },
  {
    kind: 'unit',
    items: [{ kind: 'unit', name: 'annex-test.service', content: sleeper, enabled: true, running: true }],
    changed: [{ kind: 'unit', name: 'annex-test.service', content: sleeper.replace('infinity', '1d'), enabled: false, running: true }],
    byHand: ['systemctl disable --now annex-test.service', /annex-test.service: not enabled[^]*not running \(inactive\)/],
  },
  {
    kind: 'repository',
    items: [kubernetes, { kind: 'packages', install: [{ name: 'kubectl', version: '1.36.*', hold: true }] }],
    changed: [kubernetes],
    byHand: ['rm /etc/apt/sources.list.d/annex-kubernetes.sources; apt-mark unhold kubectl', /source differs[^]*kubectl is not held/],
  },
  {
    kind: 'packages',
    items: [{ kind: 'packages', install: [{ name: 'nftables' }, { name: 'ipset', hold: true }] }],
    changed: [{ kind: 'packages', install: [{ name: 'ipset' }] }],
    byHand: ['apt-get -qq purge --allow-change-held-packages ipset', /ipset is not installed/],
  },
  { kind: 'key', items: wireguard },
  {
    kind: 'interface',
    items: [...wireguard, wg],
    changed: [...wireguard, { ...wg, address: '10.100.0.13/32', mtu: 1400, listenPort: 51999, peers: [{ ...gateway, allowedIps: ['10.100.0.0/24', '10.244.0.0/16'], keepalive: 20 }] }],
    byHand: [`wg set wg7 peer ${gateway.publicKey} remove; ip route del 10.10.0.0/24 dev wg7; ip link set wg7 mtu 1300`, /MTU is 1300[^]*peer gateway is missing[^]*no route to 10.10.0.0\/24/],
  },
  {
    kind: 'peer',
    items: [...wireguard, { ...wg, peers: [gateway] }, peer, { ...peer, name: 'vps-worker-8', publicKey: other.publicKey, endpoint: undefined, allowedIps: ['10.100.0.18/32'] }],
    changed: [...wireguard, { ...wg, peers: [gateway] }, { ...peer, publicKey: 'CCIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=', allowedIps: ['10.100.0.19/32', '10.98.0.0/16'], keepalive: 25 }],
    byHand: [`wg set wg7 peer ${peer.publicKey} remove; ip route del 10.99.0.0/16 dev wg7; rm /etc/wireguard/wg7.d/vps-worker-8.conf`, /peer wg7\/vps-worker-9: missing[^]*no route to 10.99.0.0\/16[^]*peer wg7\/vps-worker-8: configuration differs/],
  },
  {
    kind: 'firewall',
    items: [{ kind: 'packages', install: [{ name: 'nftables' }] }, { kind: 'firewall', table: 'annex-test', content: firewall('22') }],
    changed: [{ kind: 'packages', install: [{ name: 'nftables' }] }, { kind: 'firewall', table: 'annex-test', content: firewall('{ 22, 80 }') }],
    byHand: ['nft flush table inet annex-test', /the loaded rules are others/],
  },
  {
    kind: 'volume',
    items: [{ kind: 'volume', name: 'v1', path: '/var/lib/annex-test/v1', image: '/var/lib/annex-test-images/v1.img', size: 32 << 20 }],
    changed: [{ kind: 'volume', name: 'v1', path: '/var/lib/annex-test/v1', image: '/var/lib/annex-test-images/v1.img', size: 48 << 20 }],
    byHand: ['umount /var/lib/annex-test/v1', /volume v1: not mounted/],
  },
  {
    kind: 'pool',
    items: [{ kind: 'pool', path: '/var/lib/annex-test-images', size: 32 << 20 }, { kind: 'volume', name: 'v1', path: '/var/lib/annex-test/v1', image: '/var/lib/annex-test-images/v1.img', size: 32 << 20 }],
    changed: [{ kind: 'pool', path: '/var/lib/annex-test-images', size: 128 << 20 }, { kind: 'volume', name: 'v1', path: '/var/lib/annex-test/v1', image: '/var/lib/annex-test-images/v1.img', size: 64 << 20 }],
  },
]

/** All of it in one section, for what is cut. */
export const everything: Items = all()

function all(): Items {
  // What another kind's case holds as well would be there twice.
  const chosen = cases.filter(({ kind }) => !['repository', 'packages', 'key', 'interface', 'firewall', 'volume'].includes(kind)).flatMap(({ items }) => items)
  const packages: Items = [{ kind: 'packages', install: [{ name: 'nftables' }, { name: 'wireguard-tools' }, { name: 'wireguard-go', unlessModule: 'wireguard' }] }]
  return [...packages, ...chosen.filter(({ kind }) => kind !== 'packages'), { kind: 'firewall', table: 'annex-test', content: firewall('22') }]
}
