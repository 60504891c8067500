import assert from 'node:assert/strict'
import { expectations, probes } from '../../preflight/expectations.ts'
import { settingsOf } from '../settings.ts'

describe('what a look at a gateway tries', () => {
  const settings = settingsOf('Pulumi.dev.yaml')
  const [first] = settings.tunnel.gateways
  const second = { ...first!, name: 'gateway-2', tunnelAddress: '10.100.0.2' }
  const both = { ...settings, tunnel: { ...settings.tunnel, gateways: [first!, second] } }
  const to = settings.cluster.apiServer

  it('is the API server, of the first also from its tunnel address, which the cloud routes to no other', () => {
    assert.deepEqual(probes(both, first!.name).dial, [{ to }, { to, from: first!.tunnelAddress }])
    assert.deepEqual(probes(both, 'gateway-2').dial, [{ to }])
  })
})

describe('what the configuration asks', () => {
  const settings = settingsOf('Pulumi.dev.yaml')
  const worker = settings.workers[0]!
  const anyHost = {
    ownInterfaces: ['wg0', 'cni0', 'flannel.1', 'kube-bridge', 'cali*', 'vxlan.calico', 'tunl0', 'cilium_*', 'lxc*', 'weave', 'vethwe-*'],
    now: 1000,
    memory: 900 * 2 ** 20,
    tunnel: { interface: 'wg0', section: 'wireguard-tunnel', mtu: 1420 },
    pinned: [{ name: 'containerd.io', version: '2.2.7-1' }, { name: 'kubelet', version: '1.36.3-1.1' }, { name: 'kubeadm', version: '1.36.3-1.1' }, { name: 'kubectl', version: '1.36.3-1.1' }],
  }
  const tunnelRange = { range: '10.100.0.0/24', option: 'annex:tunnel.range' }
  const tunnelPort = { protocol: 'udp', port: 51820, owners: ['', 'wireguard-go'], section: 'wireguard-tunnel' }
  const anyWorker = {
    ...anyHost,
    worker: true,
    ranges: [tunnelRange, { range: '10.10.0.0/24', option: 'annex:cluster.nodes' }, { range: '10.244.0.0/16', option: 'annex:cluster.pods' }, { range: '10.96.0.0/16', option: 'annex:cluster.services' }],
    sources: [settings.packages.kubernetes, settings.packages.containerd],
  }
  const kubernetesPorts = [{ protocol: 'tcp', port: 10250, owners: ['kubelet'] }, { protocol: 'tcp', port: 10256, owners: ['kube-proxy'], beforeJoin: true }]

  it('of a gateway is the tunnel alone', () => {
    assert.deepEqual(expectations(settings, 'gateway', 1000), { ...anyHost, worker: false, ranges: [tunnelRange], ports: [tunnelPort], sshPort: undefined, disk: 0, pool: undefined, cgroupV1Allowed: true, sources: [] })
  })

  it('of a worker is room for its volumes on its own disk, and all that a kubelet needs', () => {
    assert.deepEqual(expectations(settings, worker.name, 1000), {
      ...anyWorker,
      ports: [tunnelPort, ...kubernetesPorts],
      sshPort: 22,
      disk: 3 * 2 ** 30 + 192 * 2 ** 20,
      pool: { path: '/var/lib/annex-volumes', volumes: [{ name: 'vol-1', size: 64 * 2 ** 20 }, { name: 'vol-2', size: 128 * 2 ** 20 }] },
      cgroupV1Allowed: true,
    })
    assert.deepEqual(probes(settings, worker.name), { pool: { path: '/var/lib/annex-volumes' } })
  })

  it('of a worker with a disk for its volumes is room for them there', () => {
    const storage = { ...worker.storage, path: '/pool', disk: '/dev/vdb', size: '1Gi' }
    const { listenPort, ...called } = { ...worker, ssh: { ...worker.ssh, listenPort: 2222 }, storage }
    const other = { ...settings, workers: [called], hostOptions: { ...settings.hostOptions, cgroupV1: false } }
    assert.deepEqual(expectations(other, worker.name, 1000), {
      ...anyWorker,
      ports: kubernetesPorts,
      sshPort: 2222,
      disk: 3 * 2 ** 30,
      pool: { path: '/pool', size: 2 ** 30, volumes: [{ name: 'vol-1', size: 64 * 2 ** 20 }, { name: 'vol-2', size: 128 * 2 ** 20 }] },
      cgroupV1Allowed: false,
    })
    assert.deepEqual(probes(other, worker.name), { pool: { path: '/pool', device: '/dev/vdb' } })
  })
})
