/** What the lab's network looks like; `network.ts` makes it so. docs/architecture.md has the same table for people. */

import type { Image } from './image.ts'

/** A wire of the lab: the internet, the cloud's private network, the home network in front of vps-worker-2. */
export type Wire = 'inet' | 'cloud' | 'lan'

export interface Link { name: string; wire: Wire; address: string; prefix: number }
export interface Route { to: string; via: string }

export interface Namespace {
  name: string
  links: Link[]
  routes: Route[]
  /** net.* settings that differ from a new namespace's. */
  sysctls: Record<string, string>
  /** nftables rules, a whole table, owned by whoever runs this machine in real life. */
  firewall?: string
}

export const ranges = {
  internet: '198.51.100.0/24',
  cloudNodes: '10.10.0.0/24',
  pods: '10.244.0.0/16',
  services: '10.96.0.0/16',
  tunnel: '10.100.0.0/24',
} as const

/** The namespace that holds the wires (bridges). Its address on the internet answers "unreachable" for all that the lab does not have. */
export const fabric = { name: 'annex-fabric', wires: ['inet', 'cloud', 'lan'] as Wire[], internetRouter: '198.51.100.254' }

export const publicEndpoint = '198.51.100.10'
export const privateEndpoint = '10.10.0.10'
export const services = '198.51.100.5'
/** Where most clouds, and providers of VPS, tell a machine about itself. */
export const metadata = '169.254.169.254'
/** Next hop of the tunnel's range in the cloud's route table. */
export const gatewayPrivate = '10.10.0.2'

export type HostName = 'gateway' | 'cloud-worker-1' | 'vps-worker-1' | 'vps-worker-2'

export interface Host {
  name: HostName
  kind: 'gateway' | 'cloud-node' | 'vps'
  /** Which root file system it is made from, unless it is installed with another. */
  image: Image
  namespace: string
  /** How the operator reaches its sshd. */
  address: string
  port: number
  user: 'root' | 'debian'
  /** Host that its sshd is reached through. */
  jump?: HostName
}

export const hosts: Record<HostName, Host> = {
  'gateway': { name: 'gateway', kind: 'gateway', image: 'debian-12', namespace: 'annex-gateway', address: '198.51.100.2', port: 22, user: 'root' },
  'cloud-worker-1': {
    name: 'cloud-worker-1', kind: 'cloud-node', image: 'cloud-node', namespace: 'annex-cloud-worker-1', address: '10.10.0.21', port: 22, user: 'root', jump: 'gateway',
  },
  'vps-worker-1': { name: 'vps-worker-1', kind: 'vps', image: 'debian-12', namespace: 'annex-vps-worker-1', address: '198.51.100.11', port: 22, user: 'root' },
  'vps-worker-2': { name: 'vps-worker-2', kind: 'vps', image: 'debian-12', namespace: 'annex-vps-worker-2', address: '198.51.100.12', port: 2222, user: 'debian' },
}

const inet = (name: string, address: string): Link => ({ name, wire: 'inet', address, prefix: 24 })
const cloud = (name: string, address: string): Link => ({ name, wire: 'cloud', address, prefix: 24 })
const lan = (name: string, address: string): Link => ({ name, wire: 'lan', address, prefix: 24 })
const toInternet: Route = { to: 'default', via: fabric.internetRouter }
const toCloudRouter: Route = { to: 'default', via: '10.10.0.1' }
const forwarding = { 'net.ipv4.ip_forward': '1' }

export const namespaces: Namespace[] = [
  { name: 'annex-operator', links: [inet('eth0', '198.51.100.1')], routes: [toInternet], sysctls: {} },
  {
    name: 'annex-services',
    links: [inet('eth0', services)],
    routes: [toInternet],
    sysctls: {},
    // The provider's metadata service: any answer will do.
    firewall: `table ip annex {
      chain prerouting {
        type nat hook prerouting priority dstnat
        ip daddr ${metadata} tcp dport 80 dnat to ${services}:80
      }
    }`,
  },
  {
    name: 'annex-control-plane',
    links: [inet('eth0', publicEndpoint), cloud('eth1', privateEndpoint)],
    routes: [toCloudRouter],
    sysctls: {},
  },
  {
    name: 'annex-cloud-router',
    links: [inet('inet', '198.51.100.3'), cloud('cloud', '10.10.0.1')],
    routes: [toInternet],
    // A cloud's router is no neighbour of its nodes: it never tells them of a shorter way.
    sysctls: { ...forwarding, 'net.ipv4.conf.all.send_redirects': '0', 'net.ipv4.conf.cloud.send_redirects': '0' },
    firewall: `table ip annex {
      chain forward {
        type filter hook forward priority filter; policy drop
        iifname "cloud" accept
        ct state established,related accept
      }
      chain postrouting {
        type nat hook postrouting priority srcnat
        oifname "inet" masquerade
      }
    }`,
  },
  {
    name: 'annex-nat',
    links: [inet('inet', '198.51.100.12'), lan('lan', '172.31.12.1')],
    routes: [toInternet],
    sysctls: forwarding,
    firewall: `table ip annex {
      chain forward {
        type filter hook forward priority filter; policy drop
        iifname "lan" accept
        ct state established,related accept
        ct status dnat accept
      }
      chain prerouting {
        type nat hook prerouting priority dstnat
        iifname "inet" tcp dport 2222 dnat to 172.31.12.2:22
      }
      chain postrouting {
        type nat hook postrouting priority srcnat
        oifname "inet" masquerade
      }
    }`,
  },
  { name: 'annex-gateway', links: [inet('eth0', '198.51.100.2'), cloud('eth1', gatewayPrivate)], routes: [toInternet], sysctls: {} },
  { name: 'annex-cloud-worker-1', links: [cloud('eth0', '10.10.0.21')], routes: [toCloudRouter], sysctls: {} },
  { name: 'annex-vps-worker-1', links: [inet('eth0', '198.51.100.11')], routes: [toInternet, { to: metadata, via: services }], sysctls: {} },
  { name: 'annex-vps-worker-2', links: [lan('eth0', '172.31.12.2')], routes: [{ to: 'default', via: '172.31.12.1' }], sysctls: {} },
]
