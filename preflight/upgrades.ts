/** Which workers are drained before this update changes them: those whose kubelet or containerd becomes another minor. From facts alone. */
import { minorOf, type WorkerPackages } from '../components/vps-worker/render.ts'
import type { ClusterFacts } from './cluster.ts'

type PackageVersions = Pick<WorkerPackages, 'kubernetesVersion' | 'containerdVersion'>

export interface Upgrade {
  /** What becomes another minor, in words; empty where nothing does, or the node is still to come. */
  changes: string[]
  /** How often the node has been drained when it is done, see `UpgradeArgs`. */
  drains: number
  /** Whether other upgrades wait for it: it is drained, or has not come back from one that was cut. */
  inTurn: boolean
}

export function upgradeOf(name: string, { kubernetesVersion, containerdVersion }: PackageVersions, { nodes }: Pick<ClusterFacts, 'nodes'>): Upgrade {
  const node = nodes.find((it) => it.name === name)
  if (node === undefined) return { changes: [], drains: 0, inTurn: false }
  const versions = [
    { what: 'kubelet', from: node.kubelet, to: kubernetesVersion },
    { what: 'containerd', from: node.containerRuntime.replace(/^containerd:\/\//, ''), to: containerdVersion },
  ]
  const changes = versions.filter(({ from, to }) => minorOf(from) !== minorOf(to)).map(({ what, from, to }) => `${what} from ${from} to ${to}`)
  // The pods of a node that does not answer cannot be sent away, and it may be joining anew, which must not wait.
  const isDrained = changes.length > 0 && node.ready
  return { changes, drains: node.drains + (isDrained ? 1 : 0), inTurn: isDrained || node.inUpgrade }
}

/** @returns undefined where there is no upgrade, nor one that was cut */
export function upgradeWarning(name: string, { changes, drains, inTurn }: Upgrade, { nodes }: Pick<ClusterFacts, 'nodes'>): string | undefined {
  const node = nodes.find((it) => it.name === name)
  if (changes.length > 0 && drains === node?.drains) return `${changes.join(' and ')} is another minor, and its node is not Ready, so it is not drained before`
  if (changes.length > 0) return `${changes.join(' and ')} is another minor: its node is drained before and takes pods again after, one worker after the other. Pods that another node may have go there; those with a volume on this host wait`
  return inTurn && node?.cordoned ? 'its node takes no pods since an upgrade that failed or was cut; this update ends that when the node is Ready' : undefined
}
