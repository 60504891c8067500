/** What of an update a person should know before, and is no fault. From facts alone. */
import type { Settings } from '../config/config.ts'
import type { HostReport } from '../host/engine.ts'
import type { ClusterFacts } from './cluster.ts'
import { expectations } from './expectations.ts'
import { namespacesOfStack } from './faults.ts'
import { hostWarnings } from './host-warnings.ts'
import { cniWarnings } from './judge-cni.ts'
import { serverWarnings } from './judge-join.ts'
import { leavingNamespaces } from './judge-namespaces.ts'
import { addressWarning, taintWarning } from './judge-node.ts'
import { upgradeOf, upgradeWarning } from './upgrades.ts'

/**
 * @param joining how many workers join
 * @param server where the cluster says that it is, see `readForJoin`
 * @returns one sentence each, with what to do
 */
export function warningsOf(settings: Settings, hosts: { name: string; report: HostReport }[], cluster: ClusterFacts, joining: number, server: string | undefined): string[] {
  return [
    ...(joining === 0 ? [] : [...cniWarnings(cluster.daemonSets), ...serverWarnings(server, settings.cluster.apiServer)]),
    leavingNamespaces(namespacesOfStack(settings), cluster, settings.stack),
    ...hosts.flatMap(({ name, report }) => hostWarnings(report.facts, expectations(settings, name, report.now)).map((text) => `${name}: ${text}`)),
    ...settings.workers.flatMap((worker) => workerWarnings(settings, worker, cluster).map((text) => text && `${worker.name}: ${text}`)),
  ].filter((text) => text !== undefined)
}

function workerWarnings({ packages }: Settings, { name, taintEffect, tunnelAddress }: Settings['workers'][number], cluster: ClusterFacts): (string | undefined)[] {
  return [taintWarning(name, taintEffect, cluster), upgradeWarning(name, upgradeOf(name, packages, cluster), cluster), addressWarning(name, tunnelAddress, cluster)]
}
