/** What the configuration asks of each host, and what a look at it should try. */
import { sum } from '../components/local-storage/capacity.ts'
import { bytes } from '../components/local-storage/render.ts'
import { podInterfaces } from '../components/vps-worker/render.ts'
import { tunnelInterface, tunnelSection } from '../components/wireguard-tunnel/render.ts'
import type { Settings } from '../config/config.ts'
import type { Worker } from '../config/schema.ts'
import type { LookOptions } from '../host/engine.ts'
import type { Expectations } from './judge-host.ts'

/** Bytes that packages, images and logs take on a worker before any volume. */
const workerDisk = 3 * 2 ** 30
/** kubeadm's own lower limit, 1700 MB, is for control planes; a kubelet with the cluster's DaemonSets needs about half. */
const workerMemory = 900 * 2 ** 20

/** @param now see `HostReport` @throws Error for a name that is neither a gateway nor a worker. */
export function expectations(settings: Settings, name: string, now: number): Expectations {
  const worker = settings.workers.find((it) => it.name === name)
  const tunnelPort = worker ? worker.listenPort : settings.tunnel.port
  const { nodes, pods, services } = settings.cluster
  return {
    // The gateway stands in the cloud's network: its routes to the nodes are no conflict.
    ranges: [
      { range: settings.tunnel.range, option: 'annex:tunnel.range' },
      ...(worker ? Object.entries({ nodes, pods, services }).flatMap(([name, ranges]) => ranges.map((range) => ({ range, option: `annex:cluster.${name}` }))) : []),
    ],
    ownInterfaces: [tunnelInterface, ...podInterfaces],
    now,
    ports: [
      ...(tunnelPort === undefined ? [] : [{ protocol: 'udp' as const, port: tunnelPort, owners: ['', 'wireguard-go'], section: tunnelSection }]),
      ...(worker ? [{ protocol: 'tcp' as const, port: 10250, owners: ['kubelet'] }, { protocol: 'tcp' as const, port: 10256, owners: ['kube-proxy'], beforeJoin: true }] : []),
    ],
    sshPort: worker && (worker.ssh.listenPort ?? worker.ssh.port),
    memory: workerMemory,
    disk: worker ? workerDisk + (worker.storage.disk === undefined ? sum(worker.storage.volumes) : 0) : 0,
    pool: worker && poolOf(worker),
    worker: worker !== undefined,
    cgroupV1Allowed: settings.hostOptions.cgroupV1,
    sources: worker ? [settings.packages.kubernetes, settings.packages.containerd] : [],
    tunnel: { interface: tunnelInterface, section: tunnelSection, mtu: settings.tunnel.mtu },
    pinned: [
      { name: 'containerd.io', version: settings.packages.containerdVersion },
      ...['kubelet', 'kubeadm', 'kubectl'].map((it) => ({ name: it, version: settings.packages.kubernetesVersion })),
    ],
  }
}

/**
 * A gateway must reach the API server. The first one, which carries the traffic, also from its tunnel address: only then does the cloud
 * route answers back to it, and it routes them to one gateway alone.
 */
export function probes(settings: Settings, name: string): LookOptions {
  const [first] = settings.tunnel.gateways
  const gateway = settings.tunnel.gateways.find((it) => it.name === name)
  const to = settings.cluster.apiServer
  const storage = settings.workers.find((it) => it.name === name)?.storage
  return {
    ...(gateway ? { dial: [{ to }, ...(gateway === first ? [{ to, from: gateway.tunnelAddress }] : [])] } : {}),
    ...(storage ? { pool: { path: storage.path, ...(storage.disk === undefined ? {} : { device: storage.disk }) } } : {}),
  }
}

function poolOf({ storage: { path, size, volumes } }: Worker): Expectations['pool'] {
  return { path, ...(size === undefined ? {} : { size: bytes(size) }), volumes: volumes.map((it) => ({ name: it.name, size: bytes(it.size) })) }
}
