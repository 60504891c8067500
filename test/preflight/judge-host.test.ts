import assert from 'node:assert/strict'
import type { HostFacts } from '../../host/facts.ts'
import { judgeHost } from '../../preflight/judge-host.ts'
import { facts, wanted as asked } from './good-host.ts'

const wanted: typeof asked = { ...asked, ports: [...asked.ports, { protocol: 'udp', port: 51820, owners: ['', 'wireguard-go'], section: 'wireguard-tunnel' }] }

/** Each case is one thing wrong with a good host, and the fault's id and what must be in its text. */
const cases: [string, Partial<HostFacts>, string, RegExp][] = [
  ['another distribution', { os: { id: 'alpine', version: '3.20', name: 'Alpine Linux' } }, 'os', /Alpine/],
  ['too old a Debian', { os: { id: 'debian', version: '10', name: 'Debian 10' } }, 'os', /Debian 10/],
  ['too old an Ubuntu', { os: { id: 'ubuntu', version: '20.04', name: 'Ubuntu 20.04' } }, 'os', /20\.04/],
  ['an unknown processor', { architecture: 'riscv64' }, 'architecture', /riscv64/],
  ['a clock that is behind', { clock: 400 }, 'clock', /600 s behind/],
  ['a clock that is just too far behind', { clock: 969 }, 'clock', /31 s behind/],
  ['a clock that is just too far ahead', { clock: 1031 }, 'clock', /31 s ahead/],
  ['cgroup v1', { cgroupVersion: 1 }, 'cgroups', /cgroup v1/],
  ['no cgroups', { cgroupVersion: 0 }, 'cgroups', /no cgroups/],
  ['swap', { swap: ['/swapfile'] }, 'swap', /\/swapfile/],
  ...(['overlay', 'br_netfilter', 'vxlan', 'nf_tables', 'ip_set'] as const).map((name): typeof cases[number] => [`a kernel without ${name}`, { kernelHas: { ...facts.kernelHas, [name]: false } }, 'kernel', RegExp(`its kernel has no ${name} `)]),
  ['neither WireGuard nor TUN', { kernelHas: { ...facts.kernelHas, wireguard: false, tun: false } }, 'tun', /TUN/],
  ['little memory', { memory: { total: 2 ** 29 } }, 'memory', /512 MiB/],
  ['little disk', { disk: { free: 2 ** 30, total: 2 ** 36 } }, 'disk', /1024 MiB/],
  ['a route into the tunnel’s ranges', { routes: [{ to: '10.100.0.0/16', interface: 'eth1' }] }, 'routes', /10\.100\.0\.0\/16 to eth1 the tunnel will route 10\.100\.0\.0\/24 \(annex:tunnel\.range\)/],
  ['one of several next hops', { routes: [{ to: '10.100.0.0/25', interface: 'eth1' }, { to: 'nexthop', interface: 'eth0', via: 'fe80::1' }] }, 'routes', /10\.100\.0\.0\/25 to eth1/],
  ['somebody else’s WireGuard on the port of the tunnel', { listening: [...facts.listening, { protocol: 'udp', port: 51820, process: '' }] }, 'ports', /udp port 51820 is used by another process/],
  ['a route into a range of the cluster', { routes: [{ to: '10.244.7.0/24', interface: 'eth1' }] }, 'routes', /the tunnel will route 10\.244\.0\.0\/16 \(annex:cluster\.pods\)/],
  ['a blackhole in a range, which no CNI has made where no kubelet is', { routes: [{ to: '10.244.1.0/26', interface: '-' }] }, 'routes', /10\.244\.1\.0\/26 to -/],
  ['an interface of somebody else with the tunnel’s name', { addresses: [{ interface: 'wg0', address: '10.9.0.1/24' }] }, 'tunnel', /interface wg0 that annex did not make/],
  ['a source of apt that annex brings with another key', { aptSources: [{ file: '/etc/apt/sources.list.d/docker.list', uri: 'https://packages.example.org/debian', suite: 'bookworm', signedBy: '/etc/apt/keyrings/docker.asc' }] }, 'sources', /docker\.list has .* verified by \/etc\/apt\/keyrings\/docker\.asc/],
  ['Debian’s containerd', { packages: [{ name: 'containerd', version: '1.6.20', held: false }] }, 'conflicts', /containerd 1\.6\.20 .*apt-get purge containerd/],
  ['a taken port', { listening: [...facts.listening, { protocol: 'tcp', port: 10250, process: 'k3s' }] }, 'ports', /k3s/],
  ['sshd on another port than the firewall leaves open', { listening: [{ protocol: 'tcp', port: 2222, process: 'sshd' }] }, 'ssh', /2222/],
  ['a pool without room for what its volumes still need', { pool: { free: 2 ** 30, total: 2 ** 36, volumes: { a: 2 ** 30 } } }, 'pool', /1024 MiB are free in \/pool its volumes need 1024 MiB more/],
  ['a disk that has room for all, and not for what a kubelet wants free', { disk: { free: 2 ** 33, total: 2 ** 36 } }, 'disk', /8192 MiB free at least 13926 MiB are needed .* the 15 % below which a kubelet ends pods/],
  ['volumes that would take what a kubelet wants free of their disk', { pool: { free: 11 * 2 ** 30, total: 2 ** 36, volumes: {} } }, 'pool', /11264 MiB are free in \/pool its volumes need 2048 MiB more, and 9830 MiB stay free/],
  ['a pool that is larger than its disk', { pool: { free: 2 ** 33, total: 2 ** 33, volumes: {} } }, 'pool', /has 8192 MiB storage\.size is 10240 MiB/],
  ['a volume that should shrink', { pool: { free: 2 ** 35, total: 2 ** 36, volumes: { a: 2 ** 32 } } }, 'shrink', /the volume a has 4096 MiB 1024 MiB are configured/],
  ['another kubelet that is held', { packages: [{ name: 'kubelet', version: '1.30.0-1.1', held: true }] }, 'held', /1\.30\.0/],
]

/** Each case is one thing of a good host that is otherwise, and no fault. */
const accepted: [string, Partial<HostFacts>][] = [
  ['the oldest Debian', { os: { id: 'debian', version: '11', name: 'Debian 11' } }],
  ['the oldest Ubuntu', { os: { id: 'ubuntu', version: '22.04', name: 'Ubuntu 22.04' } }],
  ['an ARM processor', { architecture: 'aarch64' }],
  ['a clock that is as far behind as may be', { clock: 970 }],
  ['a clock that is as far ahead as may be', { clock: 1030 }],
  ['WireGuard without TUN', { kernelHas: { ...facts.kernelHas, tun: false } }],
  ['TUN without WireGuard', { kernelHas: { ...facts.kernelHas, wireguard: false } }],
  ['just enough memory', { memory: { total: 2 ** 30 } }],
  ['just enough disk', { disk: { free: 2 ** 32 + 0.15 * 2 ** 36, total: 2 ** 36 } }],
  ['a port of the other protocol', { listening: [...facts.listening, { protocol: 'udp', port: 10250, process: 'k3s' }, { protocol: 'tcp', port: 51820, process: 'k3s' }] }],
  ['a full pool that has all volumes', { pool: { free: 0, total: 2 ** 36, volumes: { a: 2 ** 30, b: 2 ** 30 } } }],
  ['another kubelet that is not held', { packages: [{ name: 'kubelet', version: '1.30.0-1.1', held: false }] }],
  ['the very kubelet, held', { packages: [{ name: 'kubelet', version: '1.36.3-1.1', held: true }] }],
  ['a held package that annex does not bring', { packages: [{ name: 'wireguard-tools', version: '1', held: true }] }],
  ['another suite of a source that annex brings', { aptSources: [{ file: '/etc/apt/sources.list', uri: 'https://packages.example.org/debian', suite: 'trixie', signedBy: '' }] }],
]

describe('preflight of a host', () => {
  it('finds nothing wrong with a good one', () => {
    assert.deepEqual(judgeHost(facts, wanted), [])
  })
  for (const [title, change, id, text] of cases) {
    it(`refuses ${title}, with the value seen and the fix`, () => {
      const faults = judgeHost({ ...facts, ...change }, wanted)
      assert.deepEqual(faults.map((fault) => fault.id), [id])
      assert.match(`${faults[0]!.seen} ${faults[0]!.allowed} ${faults[0]!.fix}`, text)
      assert.ok(faults[0]!.fix.length > 0)
    })
  }
  for (const [title, change] of accepted) {
    it(`accepts ${title}`, () => assert.deepEqual(judgeHost({ ...facts, ...change }, wanted), []))
  }
  it('accepts cgroup v1 where the configuration allows it, and none nowhere', () => {
    const judged = (cgroupVersion: HostFacts['cgroupVersion']) => judgeHost({ ...facts, cgroupVersion }, { ...wanted, cgroupV1Allowed: true }).map(({ seen }) => seen)
    assert.deepEqual([judged(1), judged(0)], [[], ['it has no cgroups']])
  })
  it('lets a pool on a disk of its own be filled', () => {
    assert.deepEqual(judgeHost({ ...facts, pool: { free: 11 * 2 ** 30, total: 11 * 2 ** 30, volumes: {} } }, { ...wanted, pool: { ...wanted.pool!, size: 10 * 2 ** 30, volumes: [{ name: 'a', size: 10 * 2 ** 30 }] } }), [])
  })
  it('reports everything that is wrong at once', () => {
    const changes = Object.assign({}, ...cases.map(([, change]) => change)) as Partial<HostFacts>
    const found = new Set(judgeHost({ ...facts, ...changes }, wanted).map(({ id }) => id))
    assert.ok(found.size >= 10, [...found].join(', '))
  })
  it('asks of a gateway only what a gateway needs', () => {
    assert.deepEqual(judgeHost({ ...facts, cgroupVersion: 1, swap: ['/swapfile'] }, { ...wanted, worker: false, sshPort: undefined }), [])
  })
  it('lets a gateway have a wider route, which is the cloud\'s way to all its networks', () => {
    const routed = (to: string, via?: string) => judgeHost({ ...facts, routes: [{ to, interface: 'eth0', ...(via && { via }) }] }, { ...wanted, ranges: wanted.ranges.slice(0, 1), worker: false, sshPort: undefined }).map(({ id }) => id)
    assert.deepEqual(routed('10.0.0.0/8', '10.0.0.1'), [])
    assert.deepEqual(routed('10.0.0.0/8'), ['routes'], 'its own network')
    assert.deepEqual(routed('10.100.0.0/24', '10.0.0.1'), ['routes'])
    assert.deepEqual(routed('10.100.0.7', '10.0.0.1'), ['routes'])
  })
  it('takes its own tunnel, kubelet and volumes for no conflict on a second run', () => {
    const second: Partial<HostFacts> = {
      routes: [...facts.routes, { to: '10.100.0.0/24', interface: 'wg0' }, { to: '10.244.1.7', interface: 'cali12ab' }, { to: '10.244.1.0/26', interface: '-' }],
      node: { name: 'vps', apiServer: '10.10.0.10:6443', authority: '' },
      listening: [...facts.listening, { protocol: 'tcp', port: 10250, process: 'kubelet' }, { protocol: 'tcp', port: 10256, process: 'cilium-agent' }, { protocol: 'udp', port: 51820, process: '' }],
      disk: { free: 2 ** 30, total: 2 ** 36 },
      sections: ['vps-worker', 'wireguard-tunnel'],
    }
    assert.deepEqual(judgeHost({ ...facts, ...second }, wanted), [])
  })
})
