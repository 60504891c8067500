/** Looks at every host and at the cluster before anything is changed; what is in the way is reported all at once. */
import * as pulumi from '@pulumi/pulumi'
import type { Settings } from '../config/config.ts'
import { look } from '../host/engine.ts'
import { judge } from '../host/preflight.ts'
import { createBootstrapToken, readCluster } from './cluster.ts'
import { expectations } from './expectations.ts'
import { judgeNode } from './judge-node.ts'

export interface Inspection {
  /** See `ClusterFacts`. */
  caCertHash: string
  /** For each worker that has to join; empty in a preview. */
  bootstrapTokens: Record<string, pulumi.Output<string>>
}

/** @throws pulumi.RunError with every fault of every host and of the cluster, each with the value seen and the fix. */
export async function inspect(settings: Settings): Promise<Inspection> {
  const names = [...settings.tunnel.gateways, ...settings.workers].map(({ name }) => name)
  const [cluster, ...reports] = await Promise.allSettled([
    readCluster(settings.context),
    ...names.map((name) => look(settings.connections[name]!, { probes: expectations(settings, name).probes })),
  ])
  const faults: string[] = []
  if (cluster.status === 'rejected') faults.push(message(cluster.reason))
  const joined: string[] = []
  names.forEach((name, i) => {
    const report = reports[i]!
    if (report.status === 'rejected') {
      faults.push(`${name}: ${message(report.reason)}`)
      return
    }
    faults.push(...judge(report.value.facts, expectations(settings, name)).map(({ seen, allowed, fix }) => `${name}: ${seen}; ${allowed}. ${fix}`))
    if (cluster.status === 'fulfilled' && settings.workers.some((worker) => worker.name === name)) {
      faults.push(...judgeNode(settings, name, report.value.facts, cluster.value))
    }
    if (report.value.facts.kubelet?.nodeName === name) joined.push(name)
  })
  if (faults.length > 0 || cluster.status === 'rejected') {
    throw new pulumi.RunError(`preflight found ${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}; nothing was changed:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`)
  }
  return { caCertHash: cluster.value.caCertHash, bootstrapTokens: tokens(settings, joined) }
}

function tokens(settings: Settings, joined: string[]): Inspection['bootstrapTokens'] {
  if (pulumi.runtime.isDryRun()) return {}
  const joining = settings.workers.filter(({ name }) => !joined.includes(name))
  return Object.fromEntries(joining.map(({ name }) => [name, pulumi.secret(createBootstrapToken(settings.context, name))]))
}

function message(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason)
}

