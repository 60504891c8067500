/** What the preflight looks at, all of it side by side: whoever does not answer is one fault among the others. */
import type { AdmissionApi } from '../components/tenant-placement/render-admission.ts'
import { placementAdmissionOptions } from '../config/arguments.ts'
import type { Settings } from '../config/config.ts'
import type { Worker } from '../config/schema.ts'
import { type HostReport, look } from '../host/engine.ts'
import { type ClusterFacts, readCluster, readForJoin } from './cluster.ts'
import { probes } from './expectations.ts'
import { inspectAdmission } from './inspect-admission.ts'

export interface Seen {
  /** Gateways and workers. */
  hosts: { name: string; report: PromiseSettledResult<HostReport> }[]
  cluster: PromiseSettledResult<ClusterFacts>
  /** Which policy API there is; undefined where the configuration asks for no admission. */
  admission: PromiseSettledResult<AdmissionApi | undefined>
  /** Workers that are not nodes of the cluster yet. */
  joining: Worker[]
  /** See `readForJoin`; nothing where nobody joins. */
  forJoin: Awaited<ReturnType<typeof readForJoin>>
}

export async function gather(settings: Settings): Promise<Seen> {
  const names = [...settings.tunnel.gateways, ...settings.workers].map(({ name }) => name)
  const admissionRules = placementAdmissionOptions(settings)
  const [cluster, admission, ...reports] = await Promise.allSettled([
    readCluster(settings.context),
    admissionRules && inspectAdmission(settings.context, admissionRules),
    ...names.map((name) => look(settings.connections[name]!, [], probes(settings, name))),
  ])
  const hosts = names.map((name, i) => ({ name, report: reports[i]! }))
  const joining = settings.workers.filter(({ name }) => {
    const report = hosts.find((it) => it.name === name)!.report
    return cluster.status === 'rejected' || report.status === 'rejected' || !isJoined(name, report.value, cluster.value)
  })
  const forJoin = cluster.status === 'fulfilled' && joining.length > 0 ? await readForJoin(settings.context) : { missing: [], server: undefined }
  return { hosts, cluster, admission, joining, forJoin }
}

/** Nothing is missing of the join: the files on the host alone say little where the cluster has forgotten the node, or takes its credential no more. */
export function isJoined(name: string, { facts, converged }: HostReport, { nodes }: Pick<ClusterFacts, 'nodes'>): boolean {
  return facts.node !== undefined && nodes.some((node) => node.name === name) && !converged.some(({ differences }) => differences.some(({ kind }) => kind === 'join'))
}
