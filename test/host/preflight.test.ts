import assert from 'node:assert/strict'
import type { HostFacts } from '../../host/facts.ts'
import { type Expectations, judge, warnings } from '../../host/preflight.ts'

const facts: HostFacts = {
  os: { id: 'debian', version: '12', name: 'Debian GNU/Linux 12 (bookworm)' },
  architecture: 'x86_64',
  kernel: '6.1.0',
  virtualization: 'kvm',
  hostname: 'vps',
  machineId: 'aaa',
  resolvConf: '/etc/resolv.conf',
  user: 'root',
  cpus: 2,
  memory: { total: 2 ** 32, available: 2 ** 31 },
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
  probes: { urls: [], dial: [] },
}
const wanted: Expectations = {
  ranges: ['10.100.0.0/24', '10.244.0.0/16'],
  ownInterfaces: ['wg0', 'cali*'],
  now: 1000,
  ports: [{ protocol: 'tcp', port: 10250, owners: ['kubelet'] }],
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

/** Each case is one thing wrong with a good host, and the fault's id and what must be in its text. */
const cases: [string, Partial<HostFacts>, string, RegExp][] = [
  ['another distribution', { os: { id: 'alpine', version: '3.20', name: 'Alpine Linux' } }, 'os', /Alpine/],
  ['too old a Debian', { os: { id: 'debian', version: '10', name: 'Debian 10' } }, 'os', /Debian 10/],
  ['too old an Ubuntu', { os: { id: 'ubuntu', version: '20.04', name: 'Ubuntu 20.04' } }, 'os', /20\.04/],
  ['an unknown processor', { architecture: 'riscv64' }, 'architecture', /riscv64/],
  ['a clock that is behind', { clock: 400 }, 'clock', /600 s behind/],
  ['cgroup v1', { cgroupVersion: 1 }, 'cgroups', /cgroup v1/],
  ['no cgroups', { cgroupVersion: 0 }, 'cgroups', /no cgroups/],
  ['swap', { swap: ['/swapfile'] }, 'swap', /\/swapfile/],
  ['a kernel without vxlan', { kernelHas: { ...facts.kernelHas, vxlan: false } }, 'kernel', /vxlan/],
  ['neither WireGuard nor TUN', { kernelHas: { ...facts.kernelHas, wireguard: false, tun: false } }, 'tun', /TUN/],
  ['little memory', { memory: { total: 2 ** 29, available: 2 ** 28 } }, 'memory', /512 MiB/],
  ['little disk', { disk: { free: 2 ** 30, total: 2 ** 36 } }, 'disk', /1024 MiB/],
  ['a route into the tunnel’s ranges', { routes: [{ to: '10.100.0.0/16', interface: 'eth1' }] }, 'routes', /10\.100\.0\.0\/16 to eth1/],
  ['an interface of somebody else with the tunnel’s name', { addresses: [{ interface: 'wg0', address: '10.9.0.1/24' }] }, 'tunnel', /interface wg0 that annex did not make/],
  ['a source of apt that annex brings with another key', { aptSources: [{ file: '/etc/apt/sources.list.d/docker.list', uri: 'https://packages.example.org/debian', suite: 'bookworm', signedBy: '/etc/apt/keyrings/docker.asc' }] }, 'sources', /docker\.list has .* verified by \/etc\/apt\/keyrings\/docker\.asc/],
  ['a taken port', { listening: [...facts.listening, { protocol: 'tcp', port: 10250, process: 'k3s' }] }, 'ports', /k3s/],
  ['sshd on another port than the firewall leaves open', { listening: [{ protocol: 'tcp', port: 2222, process: 'sshd' }] }, 'ssh', /2222/],
  ['a pool without room for what its volumes still need', { pool: { free: 2 ** 30, total: 2 ** 36, volumes: { a: 2 ** 30 } } }, 'pool', /1024 MiB are free in \/pool its volumes need 1024 MiB more/],
  ['a disk that has room for all, and not for what a kubelet wants free', { disk: { free: 2 ** 33, total: 2 ** 36 } }, 'disk', /8192 MiB free at least 13926 MiB are needed .* the 15 % below which a kubelet ends pods/],
  ['volumes that would take what a kubelet wants free of their disk', { pool: { free: 11 * 2 ** 30, total: 2 ** 36, volumes: {} } }, 'pool', /11264 MiB are free in \/pool its volumes need 2048 MiB more, and 9830 MiB stay free/],
  ['a pool that is larger than its disk', { pool: { free: 2 ** 33, total: 2 ** 33, volumes: {} } }, 'pool', /has 8192 MiB storage\.size is 10240 MiB/],
  ['a volume that should shrink', { pool: { free: 2 ** 35, total: 2 ** 36, volumes: { a: 2 ** 32 } } }, 'shrink', /the volume a has 4096 MiB 1024 MiB are configured/],
  ['another kubelet that is held', { packages: [{ name: 'kubelet', version: '1.30.0-1.1', held: true }] }, 'held', /1\.30\.0/],
]

describe('preflight of a host', () => {
  it('finds nothing wrong with a good one', () => {
    assert.deepEqual(judge(facts, wanted), [])
  })
  for (const [title, change, id, text] of cases) {
    it(`refuses ${title}, with the value seen and the fix`, () => {
      const faults = judge({ ...facts, ...change }, wanted)
      assert.deepEqual(faults.map((fault) => fault.id), [id])
      assert.match(`${faults[0]!.seen} ${faults[0]!.allowed} ${faults[0]!.fix}`, text)
      assert.ok(faults[0]!.fix.length > 0)
    })
  }
  it('warns of a firewall that would close what annex opens, and of nothing else', () => {
    assert.deepEqual(warnings(facts, wanted), [])
    const gateway: Expectations = { ...wanted, worker: false, ports: [{ protocol: 'udp', port: 51820, owners: [] }] }
    const closed: Partial<HostFacts> = {
      closedChains: [
        { program: 'iptables', chain: 'INPUT', hook: 'input', closes: '-j REJECT', opens: ['lo', 'eth*'] },
        { program: 'nft', chain: 'inet fw pass', hook: 'forward', closes: 'policy drop', opens: [] },
        { program: 'nft', chain: 'inet fw in', hook: 'input', closes: 'policy drop', opens: ['wg0'] },
        { program: 'nft', chain: 'ip fw in', hook: 'input', closes: 'policy drop', opens: ['wg*'] },
      ],
    }
    assert.deepEqual(warnings({ ...facts, ...closed }, wanted), [
      "iptables has -j REJECT in INPUT, and annex's own firewall cannot open what it closes: let wg0 and the pods' interfaces through there as well (iptables -I INPUT -i wg0 -j ACCEPT), or take that away",
      "nft has policy drop in inet fw pass, and annex's own firewall cannot open what it closes: let wg0 and the pods' interfaces through there as well (nft insert rule inet fw pass iifname wg0 accept; nft insert rule inet fw pass oifname wg0 accept), or take that away",
    ])
    assert.deepEqual(warnings({ ...facts, ...closed }, gateway).map((text) => /let .*\)/.exec(text)![0]), [
      'let wg0 and UDP port 51820 through there as well (iptables -I INPUT -i wg0 -j ACCEPT; iptables -I INPUT -p udp --dport 51820 -j ACCEPT)',
      'let wg0 through there as well (nft insert rule inet fw pass iifname wg0 accept; nft insert rule inet fw pass oifname wg0 accept)',
    ])
    // Their chains close too.
    const [ufw, firewalld, ...rest] = warnings({ ...facts, ...closed, firewalls: ['ufw', 'firewalld'] }, gateway)
    assert.match(ufw!, /ufw is switched on[^]*ufw allow in on wg0.*ufw allow 51820\/udp/)
    assert.match(firewalld!, /firewall-cmd .*--add-interface=wg0.*--add-port=51820\/udp/)
    assert.deepEqual(rest, [])
  })
  it('warns of an uplink that the tunnel\'s packets do not fit through, with the largest that do', () => {
    assert.deepEqual(warnings({ ...facts, uplink: { interface: 'eth0', mtu: 1480 } }, wanted), [])
    assert.match(warnings({ ...facts, uplink: { interface: 'ens4', mtu: 1460 } }, wanted).join(), /ens4 takes packets of 1460 bytes, .* become 1480: set annex:tunnel\.mtu to 1400 at most/)
  })
  it('warns of a firewall that counts the dials of SSH, and of no other port\'s', () => {
    const rule = (port: number) => `-A ufw-user-input -p tcp -m tcp --dport ${port} -m conntrack --ctstate NEW -m recent --update --seconds 30 --hitcount 6 -j ufw-user-limit`
    assert.deepEqual(warnings({ ...facts, dialLimits: [rule(222), rule(2022)] }, wanted), [])
    assert.match(warnings({ ...facts, dialLimits: [rule(22)] }, wanted).join(), /--dport 22 .*annex dials up to eight times.*ufw insert 1 allow from/)
  })
  it('warns of a kubelet whose serving certificate nobody approves: the node is Ready, and its pods\' logs are out of reach', () => {
    const node = { name: 'vps', apiServer: '10.10.0.10:6443', authority: '' }
    assert.deepEqual(warnings({ ...facts, node }, wanted), [])
    assert.match(warnings({ ...facts, node: { ...node, servingUnsigned: true } }, wanted).join(), /kubectl logs.* do not reach vps: see kubectl get csr, then kubectl certificate approve/)
  })
  it('lets a pool on a disk of its own be filled', () => {
    assert.deepEqual(judge({ ...facts, pool: { free: 11 * 2 ** 30, total: 11 * 2 ** 30, volumes: {} } }, { ...wanted, pool: { ...wanted.pool!, size: 10 * 2 ** 30, volumes: [{ name: 'a', size: 10 * 2 ** 30 }] } }), [])
  })
  it('reports everything that is wrong at once', () => {
    const changes = Object.assign({}, ...cases.map(([, change]) => change)) as Partial<HostFacts>
    const found = new Set(judge({ ...facts, ...changes }, wanted).map(({ id }) => id))
    assert.ok(found.size >= 10, [...found].join(', '))
  })
  it('asks of a gateway only what a gateway needs', () => {
    assert.deepEqual(judge({ ...facts, cgroupVersion: 1, swap: ['/swapfile'] }, { ...wanted, worker: false, sshPort: undefined }), [])
  })
  it('takes its own tunnel, kubelet and volumes for no conflict on a second run', () => {
    const second: Partial<HostFacts> = {
      routes: [...facts.routes, { to: '10.100.0.0/24', interface: 'wg0' }, { to: '10.244.1.7', interface: 'cali12ab' }, { to: '10.244.1.0/26', interface: '-' }],
      node: { name: 'vps', apiServer: '10.10.0.10:6443', authority: '' },
      listening: [...facts.listening, { protocol: 'tcp', port: 10250, process: 'kubelet' }],
      disk: { free: 2 ** 30, total: 2 ** 36 },
      sections: ['vps-worker'],
    }
    assert.deepEqual(judge({ ...facts, ...second }, wanted), [])
  })
})
