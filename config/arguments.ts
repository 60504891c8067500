/** From settings to the arguments of the components: names and files are resolved here, nothing is decided. */
import semver from 'semver'
import type { PlatformArgs } from '../apps/apps.ts'
import type { LocalStorage, LocalStorageArgs } from '../components/local-storage/local-storage.ts'
import { agentNamespace } from '../components/local-storage/render-agent.ts'
import type { VolumeAgentsArgs } from '../components/local-storage/volume-agents.ts'
import type { TenantAdmissionArgs } from '../components/tenant-isolation/tenant-admission.ts'
import type { Surroundings } from '../components/tenant-isolation/tenant.ts'
import type { TenantIsolationArgs } from '../components/tenant-isolation/tenant-isolation.ts'
import { nodePools } from '../components/tenant-placement/node-pools.ts'
import type { PlacementAdmissionArgs } from '../components/tenant-placement/placement-admission.ts'
import type { PlacementAdmissionOptions } from '../components/tenant-placement/render-admission.ts'
import type { AptRepository } from '../components/vps-worker/render.ts'
import type { VpsWorker, VpsWorkerArgs } from '../components/vps-worker/vps-worker.ts'
import type { WireGuardTunnel, WireGuardTunnelArgs } from '../components/wireguard-tunnel/wireguard-tunnel.ts'
import type { Host } from '../host/engine.ts'
import type { Inspection } from '../preflight/inspect.ts'
import type { Settings } from './config.ts'
import { closedRanges } from './closed-ranges.ts'
import type { Config, Repository, Tenant, Worker } from './schema.ts'

export function tunnelArgs(settings: Settings, found: Inspection): WireGuardTunnelArgs {
  const { tunnel, cluster } = settings
  return {
    options: {
      ranges: { tunnel: tunnel.range, nodes: cluster.nodes, pods: cluster.pods, services: cluster.services },
      mtu: tunnel.mtu,
    },
    gateways: tunnel.gateways.map(({ name, address, tunnelAddress, cloudAddress }) =>
      ({ name, address, tunnelAddress, cloudAddress, port: tunnel.port, ...host(settings, found, name) })),
    workers: settings.workers.map(({ name, address, tunnelAddress, listenPort }) =>
      ({ name, address, tunnelAddress, listenPort, ...host(settings, found, name) })),
  }
}

export function storageArgs(settings: Settings, found: Inspection): LocalStorageArgs {
  return {
    hosts: settings.workers.map(({ name, storage }) =>
      ({ nodeName: name, ...host(settings, found, name), pool: storage, volumes: storage.volumes })),
  }
}

export function volumeAgentsArgs({ workers }: Settings): VolumeAgentsArgs {
  return { hosts: workers.map(({ name, storage }) => ({ nodeName: name, volumes: storage.volumes.map((it) => it.name) })) }
}

/** @param before the workers made before this one, whose upgrades come first */
export function workerArgs(settings: Settings, worker: Worker, tunnel: Pick<WireGuardTunnel, 'network'>, storage: Pick<LocalStorage, 'mounted'>, found: Inspection, before: Pick<VpsWorker, 'nodeName' | 'ready'>[]): VpsWorkerArgs {
  const { packages, hostOptions } = settings
  return {
    nodeName: worker.name,
    ...host(settings, found, worker.name),
    network: tunnel.network(worker.name),
    joinAfter: storage.mounted[worker.name],
    drains: found.upgrades[worker.name]?.drains ?? 0,
    upgradeAfter: before.filter(({ nodeName }) => [nodeName, worker.name].every((it) => found.upgrades[it]?.inTurn)).flatMap(({ ready }) => ready),
    cluster: { context: settings.context, apiServer: settings.cluster.apiServer, caCertHash: found.caCertHash },
    packages: {
      ...packages,
      kubernetes: repository(settings, packages.kubernetes),
      containerd: repository(settings, packages.containerd),
    },
    resolvConf: found.resolvConf[worker.name],
    registries: settings.registries.map(({ host, mirror, caFile }) => ({ host, mirror, ca: caFile && settings.files[caFile] })),
    taintEffect: worker.taintEffect,
    nodePool: nodePools([worker.name], [...settings.tenants, ...settings.stacked])[worker.name]!,
    sshPort: worker.ssh.listenPort ?? worker.ssh.port,
    tunnelPort: worker.listenPort,
    bootstrapToken: found.bootstrapTokens[worker.name],
    options: hostOptions,
  }
}

export function tenantArgs(settings: Settings, tenant: Tenant): TenantIsolationArgs {
  return { ...tenant, surroundings: surroundings(settings) }
}

/** What a tenant must know of the platform, wherever its own stack is. */
export function surroundings(config: Config): Surroundings {
  return { closed: closedRanges(config).map(({ range }) => range), nodeLocalDns: config.cluster.nodeLocalDns }
}

/** MutatingAdmissionPolicy is v1 since Kubernetes 1.36; a kubelet asks for the credentials of an image on its disk since 1.35 (KEP-2535): all must be that new, also those that this update is still to raise. */
export function tenantAdmissionArgs({ packages }: Settings, found: Inspection): TenantAdmissionArgs {
  return {
    mutating: semver.gte(semver.coerce(found.version)!, '1.36.0'),
    pullAll: [packages.kubernetesVersion, ...found.kubelets].some((version) => semver.lt(semver.coerce(version) ?? '0.0.0', '1.35.0')),
  }
}

/** Tenants in stacks of their own have their volumes on these workers; and what all of them use is there as long as one of them is protected. */
export function platformArgs({ iamService, stacked, tenants }: Settings, found: Inspection): PlatformArgs {
  return { namespaces: found.ownPlatformNamespaces, iamService, protect: stacked.length > 0 || tenants.some(({ protect }) => protect) }
}

/** Undefined where the configuration asks for no admission. */
export function placementAdmissionArgs(settings: Settings, { admissionApi: api }: Inspection): PlacementAdmissionArgs | undefined {
  const options = placementAdmissionOptions(settings)
  return options && api && { ...options, api }
}

/** Undefined where the configuration asks for no admission. The pods that hold the hosts' tokens run on tenant nodes. */
export function placementAdmissionOptions({ admission, workers }: Config): PlacementAdmissionOptions | undefined {
  const own = workers.filter(({ storage }) => storage.volumes.length > 0).map(({ name }) => ({ namespace: agentNamespace, name }))
  return admission && { ...admission, daemonSets: [...admission.daemonSets, ...own], preferNoSchedule: workers.some(({ taintEffect }) => taintEffect === 'PreferNoSchedule') }
}

function host(settings: Settings, found: Inspection, name: string): Host {
  return { connection: settings.connections[name]!, generations: found.generations[name] }
}

function repository({ files }: Settings, { uri, suite, components, keyFile }: Repository): AptRepository {
  return { uri, suite, components, key: files[keyFile]! }
}
