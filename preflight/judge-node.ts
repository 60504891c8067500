/** Whether a host fits the cluster as a node, from facts alone. */
import semver from 'semver'
import { tenantTaint } from '../components/tenant-placement/place-pod.ts'
import { isAddress } from '../config/ranges.ts'
import { oldestMinor } from '../config/schema.ts'
import { caCertHash, type ClusterFacts } from './cluster.ts'

/** What is known of the host that is to be the node. */
export interface Candidate {
  name: string
  machineId: string
  /** See `HostFacts.node`. */
  joined?: { name: string; apiServer: string; authority: string }
}

/** What the configuration asks for. */
export interface Wanted {
  /** Package version of the kubelet, like 1.36.3-1.1. */
  kubernetesVersion: string
  /** host:port. */
  apiServer: string
}

/** A kubelet may be this many minors older than its API server, and none newer (Kubernetes version skew policy). */
const olderMinors = 3

/** @returns one sentence a fault: the value seen, what is allowed, the fix. */
export function judgeNode(candidate: Candidate, wanted: Wanted, cluster: ClusterFacts): string[] {
  return [...judgeVersion(wanted.kubernetesVersion, cluster.version), ...judgeName(candidate, cluster), ...judgeMembership(candidate, wanted, cluster)]
}

/**
 * The taint as the cluster has it: a kubelet gives it to its node once, and whoever administers the cluster may take it off for a while.
 * @returns undefined where it is as it should be, or the node is still to come
 */
export function taintWarning(name: string, effect: string, { nodes }: Pick<ClusterFacts, 'nodes'>): string | undefined {
  const node = nodes.find((it) => it.name === name)
  const found = node?.taints.filter(({ key, value }) => key === tenantTaint.key && value === tenantTaint.value).map((it) => it.effect)
  if (found === undefined || found.join() === effect) return undefined
  const taint = `${tenantTaint.key}=${tenantTaint.value}`
  const off = found.filter((it) => it !== effect).map((it) => ` ${taint}:${it}-`).join('')
  return `the node has ${found.length === 0 ? `no taint ${taint}` : found.map((it) => `the taint ${taint}:${it}`).join(' and ')}, and annex:workers[].taintEffect is ${effect}. It is set at the join; change it by: kubectl taint node ${name} --overwrite ${taint}:${effect}${off}`
}

/**
 * A CNI takes its node's address when it starts, and a restart of the kubelet does not start it again.
 * @returns undefined where the node has the tunnel's address, or is still to come
 */
export function addressWarning(name: string, tunnelAddress: string, { nodes }: Pick<ClusterFacts, 'nodes'>): string | undefined {
  const node = nodes.find((it) => it.name === name)
  const addresses = node?.addresses.filter(isAddress) ?? []
  if (addresses.length === 0 || addresses.includes(tunnelAddress)) return undefined
  return `its node has the address ${addresses.join(', ')}, and this update gives it ${tunnelAddress}: the CNI's pod on it goes on with the old one, so pods there reach no other node. After the update: kubectl delete pod --namespace <the CNI's> --field-selector spec.nodeName=${name}`
}

function judgeVersion(kubernetesVersion: string, serverVersion: string): string[] {
  const kubelet = semver.coerce(kubernetesVersion)!
  const server = semver.coerce(serverVersion)!
  const behind = server.minor - kubelet.minor
  if (kubelet.major === server.major && behind >= 0 && behind <= olderMinors) return []
  return [`annex:packages.kubernetesVersion = ${kubernetesVersion}, but the API server is ${serverVersion}: a kubelet may be up to ${olderMinors} minors older and never newer. ${server.minor < oldestMinor ? `annex needs Kubernetes 1.${oldestMinor} or newer: upgrade the cluster first` : `Set a version from 1.${Math.max(oldestMinor, server.minor - olderMinors)} to 1.${server.minor}, and the repository of that minor`}`]
}

/** The very host that has the name is adopted; it is known by its machine id. */
function judgeName({ name, machineId }: Candidate, { nodes }: ClusterFacts): string[] {
  const other = nodes.find((node) => node.name === name && node.machineId !== machineId)
  if (other === undefined) return []
  return [`the node name ${name} is taken by another host (machine id ${other.machineId}, ${other.ready ? 'Ready' : 'not Ready'}, ${other.addresses.join(', ')}); this host's machine id is ${machineId}. If it is another machine, give the worker another name; where it is to take the place of the old one, put the old address back, take the worker out, update, and add it again, or nobody gives the old machine back. If it is the same machine, installed anew, remove that node: kubectl delete node ${name}`]
}

/** A cluster that got another address is known by its certificate authority, which it may share with others, and by the node: the kubelet is told the new address. */
function judgeMembership({ name, machineId, joined }: Candidate, { apiServer }: Wanted, cluster: ClusterFacts): string[] {
  if (joined === undefined) return []
  const isKnownAs = (nodeName: string) => cluster.nodes.some((node) => node.name === nodeName && node.machineId === machineId)
  if (joined.name === name && (joined.apiServer === apiServer || (isKnownAs(name) && isAuthority(joined.authority, cluster.caCertHash)))) return []
  if (isKnownAs(joined.name) && joined.apiServer === apiServer) {
    return [`the host is node ${joined.name} of this cluster, and should become ${name}: a worker's name cannot be changed. Put the old name back, take the worker out, update, and add it under its new name`]
  }
  return [`the host is already node ${joined.name} of the cluster at ${joined.apiServer}, and should become ${name} of ${apiServer}: remove it there first (kubectl delete node ${joined.name}), then on the host: kubeadm reset --force`]
}

function isAuthority(encoded: string, hash: string): boolean {
  try {
    return caCertHash(Buffer.from(encoded, 'base64').toString()) === hash
  } catch {
    return false
  }
}
