/** Looks at every host and at the cluster before anything is changed; what is in the way is reported all at once. */
import * as pulumi from '@pulumi/pulumi'
import { agentNamespace } from '../components/local-storage/render-agent.ts'
import { volumeName } from '../components/local-storage/render.ts'
import { platformNamespaces } from '../components/tenant-isolation/render.ts'
import { nodePools, poolOf } from '../components/tenant-placement/node-pools.ts'
import { namespacesOf, tenantsOfNamespaces } from '../components/tenant-isolation/tenant.ts'
import type { AdmissionApi } from '../components/tenant-placement/render-admission.ts'
import { admissionOptions } from '../config/arguments.ts'
import type { Settings } from '../config/config.ts'
import { type Generations, type HostReport, look } from '../host/engine.ts'
import { judge } from '../host/preflight.ts'
import { warnings } from '../host/warnings.ts'
import { type ClusterFacts, createBootstrapToken, readCluster, readForJoin } from './cluster.ts'
import { expectations, probes } from './expectations.ts'
import { generations, lastSection } from './generations.ts'
import { inspectAdmission } from './inspect-admission.ts'
import { cniWarnings } from './judge-cni.ts'
import { judgeGateway } from './judge-gateway.ts'
import { judgeJoins, serverWarnings } from './judge-join.ts'
import { judgeNamespaces, judgeOwners, leavingNamespaces, ownPlatform } from './judge-namespaces.ts'
import { addressWarning, judgeNode, taintWarning, upgradesOf, upgradeWarning } from './judge-node.ts'
import { judgePools, type PoolOfNode } from './judge-pools.ts'
import { judgeTwins } from './judge-twins.ts'
import { judgeVolumes } from './judge-volumes.ts'
import { refusal } from './refusal.ts'

export interface Inspection {
  /** Of the API server, like v1.36.3. */
  version: string
  /** See `ClusterFacts`. */
  caCertHash: string
  /** For each worker that has to join; empty in a preview. */
  bootstrapTokens: Record<string, pulumi.Output<string>>
  /** Versions of the kubelets that this stack's workers have, like v1.36.3. */
  kubelets: string[]
  /** Workers that are drained for another minor: names. */
  upgraded: string[]
  /** Which policy API there is; undefined where the configuration asks for no admission. */
  admissionApi: AdmissionApi | undefined
  /** See `createPlatform`. */
  platformNamespaces: string[]
  /** By host, see `HostFacts`. */
  resolvConf: Record<string, string>
  /** By host, see `Host`: one more than the host's own where it is no longer as the last run left it. */
  generations: Record<string, Generations>
}

/** @throws pulumi.RunError with every fault of every host and of the cluster, each with the value seen and the fix. */
export async function inspect(settings: Settings): Promise<Inspection> {
  const hosts = [...settings.tunnel.gateways, ...settings.workers].map(({ name }) => name)
  const admissionRules = admissionOptions(settings)
  const [cluster, admission, ...reports] = await Promise.allSettled([
    readCluster(settings.context),
    admissionRules && inspectAdmission(settings.context, admissionRules),
    ...hosts.map((name) => look(settings.connections[name]!, [], probes(settings, name))),
  ])
  const namespaces = [...platformNamespaces, agentNamespace, ...settings.tenants.flatMap(namespacesOf).map(({ name }) => name)]
  const volumes = settings.workers.flatMap(({ name, storage }) => storage.volumes.map((it) => volumeName(name, it.name)))
  const joined = cluster.status === 'rejected' ? [] : hosts.filter((name, i) => isJoined(name, fulfilled(reports[i]!), cluster.value))
  const joining = settings.workers.filter(({ name }) => !joined.includes(name))
  const { missing, server } = cluster.status === 'fulfilled' && joining.length > 0 ? await readForJoin(settings.context) : { missing: [], server: undefined }
  const faults = [
    ...judgeJoins(missing),
    ...(cluster.status === 'rejected' ? [message(cluster.reason)] : [
      ...judgeNamespaces(namespaces, cluster.value, settings.stack),
      ...judgeOwners(tenantsOfNamespaces(settings.tenants), cluster.value, settings.stack),
      ...judgeVolumes(volumes, settings.stack, cluster.value.volumes),
      ...judgePools(poolsOfNodes(settings), poolsOfNamespaces(settings), cluster.value.volumes),
      // A cluster that does not answer is told of once.
      ...(admission.status === 'rejected' ? [message(admission.reason)] : []),
    ]),
    ...hosts.flatMap((name, i) => judgeHost(settings, name, reports[i]!, cluster).map((fault) => `${name}: ${fault}`)),
    ...judgeTwins(hosts.flatMap((name, i) => {
      const facts = fulfilled(reports[i]!)?.facts
      return facts === undefined ? [] : [{ name, machineId: facts.machineId }]
    })),
  ]
  if (faults.length > 0 || cluster.status === 'rejected') {
    throw refusal(faults)
  }
  if (joining.length > 0) for (const text of [...cniWarnings(cluster.value.daemonSets), ...serverWarnings(server, settings.cluster.apiServer)]) void pulumi.log.warn(text)
  const leaving = leavingNamespaces(namespaces, cluster.value, settings.stack)
  if (leaving !== undefined) void pulumi.log.warn(leaving)
  hosts.forEach((name, i) => {
    const report = fulfilled(reports[i]!)
    if (report !== undefined) for (const text of warnings(report.facts, expectations(settings, name, report.now))) void pulumi.log.warn(`${name}: ${text}`)
  })
  const upgrades = Object.fromEntries(settings.workers.map(({ name }) => [name, upgradesOf(name, settings.packages, cluster.value)]))
  for (const { name, taintEffect, tunnelAddress } of settings.workers) {
    for (const text of [taintWarning(name, taintEffect, cluster.value), upgradeWarning(name, upgrades[name]!, cluster.value), addressWarning(name, tunnelAddress, cluster.value)]) {
      if (text !== undefined) void pulumi.log.warn(`${name}: ${text}`)
    }
  }
  return {
    version: cluster.value.version,
    caCertHash: cluster.value.caCertHash,
    bootstrapTokens: tokens(settings, joining),
    kubelets: cluster.value.nodes.filter(({ name }) => settings.workers.some((it) => it.name === name)).map(({ kubelet }) => kubelet),
    upgraded: Object.keys(upgrades).filter((name) => upgrades[name]!.length > 0),
    admissionApi: fulfilled(admission),
    platformNamespaces: ownPlatform(cluster.value),
    resolvConf: Object.fromEntries(hosts.map((name, i) => [name, fulfilled(reports[i]!)!.facts.resolvConf])),
    generations: Object.fromEntries(hosts.map((name, i) => [name, generations(name, fulfilled(reports[i]!)?.converged ?? [], lastSection(settings, name, cluster.value))])),
  }
}

function poolsOfNodes({ workers, tenants, stacked }: Settings): PoolOfNode[] {
  const pools = nodePools(workers.map(({ name }) => name), [...tenants, ...stacked])
  return workers.map(({ name, storage }) => ({ node: name, pool: pools[name]!, volumes: storage.volumes.map((it) => volumeName(name, it.name)) }))
}

function poolsOfNamespaces({ tenants, stacked }: Settings): Record<string, string> {
  return Object.fromEntries([...tenants, ...stacked].flatMap((tenant) => namespacesOf(tenant).map(({ name }) => [name, poolOf(tenant)])))
}

function judgeHost(settings: Settings, name: string, report: PromiseSettledResult<HostReport>, cluster: PromiseSettledResult<ClusterFacts>): string[] {
  if (report.status === 'rejected') return [message(report.reason)]
  const { facts, now } = report.value
  const own = judge(facts, expectations(settings, name, now)).map(({ seen, allowed, fix }) => `${seen}; ${allowed}. ${fix}`)
  const gateway = settings.tunnel.gateways.find((it) => it.name === name)
  if (gateway) return [...own, ...judgeGateway(gateway, settings.tunnel.range, facts.probes.dial)]
  if (cluster.status === 'rejected') return own
  const wanted = { kubernetesVersion: settings.packages.kubernetesVersion, apiServer: settings.cluster.apiServer }
  return [...own, ...judgeNode({ name, machineId: facts.machineId, joined: facts.node }, wanted, cluster.value)]
}

/** Nothing is missing of the join: the files on the host alone say little where the cluster has forgotten the node, or takes its credential no more. */
export function isJoined(name: string, report: HostReport | undefined, { nodes }: Pick<ClusterFacts, 'nodes'>): boolean {
  return report?.facts.node !== undefined && nodes.some((node) => node.name === name) && !report.converged.some(({ differences }) => differences.some(({ kind }) => kind === 'join'))
}

function tokens(settings: Settings, joining: Settings['workers']): Inspection['bootstrapTokens'] {
  if (pulumi.runtime.isDryRun()) return {}
  return Object.fromEntries(joining.map(({ name }) => [name, pulumi.secret(createBootstrapToken(settings.context, name))]))
}

function fulfilled<T>(result: PromiseSettledResult<T>): T | undefined {
  return result.status === 'fulfilled' ? result.value : undefined
}

function message(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason)
}
