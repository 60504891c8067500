/** Looks at every host and at the cluster before anything is changed; what is in the way is reported all at once. */
import * as pulumi from '@pulumi/pulumi'
import type { AdmissionApi } from '../components/tenant-placement/render-admission.ts'
import type { Settings } from '../config/config.ts'
import type { Generations, HostReport } from '../host/engine.ts'
import { createBootstrapToken } from './cluster.ts'
import { faultsOf } from './faults.ts'
import { gather, type Seen } from './gather.ts'
import { generations, lastSection } from './generations.ts'
import { ownPlatform } from './judge-namespaces.ts'
import { refusal } from './refusal.ts'
import { type Upgrade, upgradeOf } from './upgrades.ts'
import { warningsOf } from './warnings.ts'

export interface Inspection {
  /** Of the API server, like v1.36.3. */
  version: string
  /** See `ClusterFacts`. */
  caCertHash: string
  /** For each worker that has to join; empty in a preview. */
  bootstrapTokens: Record<string, pulumi.Output<string>>
  /** Versions of the kubelets that this stack's workers have, like v1.36.3. */
  kubelets: string[]
  /** By worker. */
  upgrades: Record<string, Upgrade>
  /** Which policy API there is; undefined where the configuration asks for no admission. */
  admissionApi: AdmissionApi | undefined
  /** Those of the platform's namespaces that the stack makes, see `PlatformArgs`. */
  ownPlatformNamespaces: string[]
  /** By host, see `HostFacts`. */
  resolvConf: Record<string, string>
  /** By host, see `Host`: one more than the host's own where it is no longer as the last run left it. */
  generations: Record<string, Generations>
}

/** @throws pulumi.RunError with every fault of every host and of the cluster, each with the value seen and the fix. */
export async function inspect(settings: Settings): Promise<Inspection> {
  const seen = await gather(settings)
  const faults = faultsOf(settings, seen)
  if (faults.length > 0) throw refusal(faults)
  const [cluster, hosts] = [answered(seen.cluster), reports(seen)]
  for (const text of warningsOf(settings, hosts, cluster, seen.joining.length, seen.forJoin.server)) void pulumi.log.warn(text)
  const workers = settings.workers.map(({ name }) => name)
  return {
    version: cluster.version,
    caCertHash: cluster.caCertHash,
    bootstrapTokens: tokens(settings, seen.joining),
    kubelets: cluster.nodes.filter(({ name }) => workers.includes(name)).map(({ kubelet }) => kubelet),
    upgrades: Object.fromEntries(workers.map((name) => [name, upgradeOf(name, settings.packages, cluster)])),
    admissionApi: answered(seen.admission),
    ownPlatformNamespaces: ownPlatform(cluster),
    resolvConf: Object.fromEntries(hosts.map(({ name, report }) => [name, report.facts.resolvConf])),
    generations: Object.fromEntries(hosts.map(({ name, report }) => [name, generations(name, report.converged, lastSection(settings, name, cluster))])),
  }
}

/** A preview, which changes nothing, makes none. */
export function tokens(settings: Settings, joining: Settings['workers']): Inspection['bootstrapTokens'] {
  if (pulumi.runtime.isDryRun()) return {}
  return Object.fromEntries(joining.map(({ name }) => [name, pulumi.secret(createBootstrapToken(settings.context, name))]))
}

function reports({ hosts }: Seen): { name: string; report: HostReport }[] {
  return hosts.map(({ name, report }) => ({ name, report: answered(report) }))
}

/** Whoever did not answer is among the faults. */
function answered<T>(result: PromiseSettledResult<T>): T {
  if (result.status === 'rejected') throw result.reason
  return result.value
}
