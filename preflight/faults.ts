/** All that is in the way of an update, from what was seen. */
import { agentNamespace } from '../components/local-storage/render-agent.ts'
import { volumeName } from '../components/local-storage/render.ts'
import { platformNamespaces } from '../components/tenant-isolation/render.ts'
import { namespacesOf, tenantsOfNamespaces } from '../components/tenant-isolation/tenant.ts'
import { nodePools, nodePoolOf } from '../components/tenant-placement/node-pools.ts'
import type { Settings } from '../config/config.ts'
import type { ClusterFacts } from './cluster.ts'
import { expectations } from './expectations.ts'
import type { Seen } from './gather.ts'
import { judgeGateway } from './judge-gateway.ts'
import { judgeHost } from './judge-host.ts'
import { judgeJoins } from './judge-join.ts'
import { judgeNamespaces, judgeOwners } from './judge-namespaces.ts'
import { judgeNode } from './judge-node.ts'
import { judgeNodePools, type PoolOfNode } from './judge-node-pools.ts'
import { judgeStorageClass } from './judge-storage-class.ts'
import { judgeTwins } from './judge-twins.ts'
import { judgeVolumes } from './judge-volumes.ts'

/** @returns one sentence a fault: the value seen, what is allowed, the fix */
export function faultsOf(settings: Settings, { hosts, cluster, admission, forJoin }: Seen): string[] {
  return [
    ...judgeJoins(forJoin.missing),
    ...(cluster.status === 'rejected' ? [message(cluster.reason)] : clusterFaults(settings, cluster.value)),
    // A cluster that does not answer is told of once.
    ...(cluster.status === 'fulfilled' && admission.status === 'rejected' ? [message(admission.reason)] : []),
    ...hosts.flatMap((host) => hostFaults(settings, host, cluster).map((fault) => `${host.name}: ${fault}`)),
    ...judgeTwins(hosts.flatMap(({ name, report }) => (report.status === 'rejected' ? [] : [{ name, machineId: report.value.facts.machineId }]))),
  ]
}

/** Those that the stack makes, or uses as they are. */
export function namespacesOfStack({ tenants }: Settings): string[] {
  return [...platformNamespaces, agentNamespace, ...tenants.flatMap(namespacesOf).map(({ name }) => name)]
}

function clusterFaults(settings: Settings, cluster: ClusterFacts): string[] {
  const pools = poolsOfNodes(settings)
  return [
    ...judgeNamespaces(namespacesOfStack(settings), cluster, settings.stack),
    ...judgeOwners(tenantsOfNamespaces(settings.tenants), cluster, settings.stack),
    ...judgeStorageClass(cluster.storageClass),
    ...judgeVolumes(pools.flatMap(({ volumes }) => volumes), settings.stack, cluster.volumes),
    ...judgeNodePools(pools, poolsOfNamespaces(settings), cluster.volumes),
  ]
}

function hostFaults(settings: Settings, { name, report }: Seen['hosts'][number], cluster: Seen['cluster']): string[] {
  if (report.status === 'rejected') return [message(report.reason)]
  const { facts, now } = report.value
  const own = judgeHost(facts, expectations(settings, name, now)).map(({ seen, allowed, fix }) => `${seen}; ${allowed}. ${fix}`)
  const gateway = settings.tunnel.gateways.find((it) => it.name === name)
  if (gateway) return [...own, ...judgeGateway(gateway, settings.tunnel.range, facts.probes.dial)]
  if (cluster.status === 'rejected') return own
  const wanted = { kubernetesVersion: settings.packages.kubernetesVersion, apiServer: settings.cluster.apiServer }
  return [...own, ...judgeNode({ name, machineId: facts.machineId, joined: facts.node }, wanted, cluster.value)]
}

function poolsOfNodes({ workers, tenants, stacked }: Settings): PoolOfNode[] {
  const pools = nodePools(workers.map(({ name }) => name), [...tenants, ...stacked])
  return workers.map(({ name, storage }) => ({ node: name, pool: pools[name]!, volumes: storage.volumes.map((it) => volumeName(name, it.name)) }))
}

function poolsOfNamespaces({ tenants, stacked }: Settings): Record<string, string> {
  return Object.fromEntries([...tenants, ...stacked].flatMap((tenant) => namespacesOf(tenant).map(({ name }) => [name, nodePoolOf(tenant)])))
}

function message(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason)
}
