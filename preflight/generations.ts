/** Which sections of a host have to be run although their documents are the same: what was changed behind annex's back, a preview of resources cannot show. */
import * as pulumi from '@pulumi/pulumi'
import { volumeName } from '../components/local-storage/render.ts'
import { joinSection } from '../components/vps-worker/render.ts'
import { tunnelSection } from '../components/wireguard-tunnel/render.ts'
import type { Settings } from '../config/config.ts'
import type { Generations, HostReport } from '../host/engine.ts'
import type { ClusterFacts } from './cluster.ts'

/** Says what is no longer so. @param last the section that an earlier update has left there, see `lastSection` */
export function generations(host: string, converged: HostReport['converged'], last: string | undefined, now = new Date()): Generations {
  const isLost = last !== undefined && !converged.some(({ section }) => section === last)
  if (isLost && converged.length === 0) {
    const volumes = last === joinSection ? '; volumes that are gone begin empty' : ''
    void pulumi.log.warn(`${host}: nothing of annex is on it, though the cluster knows this stack's workers (${last === tunnelSection ? 'a gateway that is new to them, ' : ''}installed anew, back at an earlier state of its disk, joined by hand, or not reached by an update that was cut?), so this update sets it up from the start${volumes}`)
  }
  const bySection = Object.fromEntries(converged.map(({ section, generation, differences }) => {
    if (differences.length === 0) return [section, generation]
    const lines = differences.map(({ kind, id, what }) => `  - ${kind} ${id}: ${what}`)
    void pulumi.log.warn(`${host}: ${section} is no longer as the last update left it, so this one brings it back:\n${lines.join('\n')}`)
    return [section, generation + 1]
  }))
  // The number of the last run went with its section: no run had one as high as the time.
  return { bySection, others: isLost ? Math.floor(now.getTime() / 1000) : 0 }
}

/**
 * The section that is the last of a host's set-up, where the cluster shows that an update of this stack came that far: a worker by its node
 * or its volumes, a gateway by any worker. The state would tell it better, but a program cannot read it.
 */
export function lastSection(settings: Pick<Settings, 'workers' | 'stack'>, host: string, cluster: Pick<ClusterFacts, 'nodes' | 'volumes'>): string | undefined {
  const isKnown = ({ name, storage }: Settings['workers'][number]) => cluster.nodes.some((node) => node.name === name)
    || storage.volumes.some((it) => cluster.volumes.some((volume) => volume.stack === settings.stack && volume.name === volumeName(name, it.name)))
  const worker = settings.workers.find(({ name }) => name === host)
  if (worker !== undefined) return isKnown(worker) ? joinSection : undefined
  return settings.workers.some(isKnown) ? tunnelSection : undefined
}
