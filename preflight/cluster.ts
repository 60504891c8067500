/**
 * The cluster as the stack finds it, and the bootstrap token of a join. Asked through kubectl, which logs in with whatever the user's kubeconfig
 * says (files, exec plugins), and is needed for the removal of a node anyway; a client library would cost each run half a second.
 */
import { createHash, randomInt, X509Certificate } from 'node:crypto'
import { execa, ExecaError } from 'execa'
import { reclaimAnnotation, storageClassName, volumeStackLabel } from '../components/local-storage/render.ts'
import { stackLabel, tenantAnnotations } from '../components/tenant-isolation/names.ts'

export interface ClusterFacts {
  /** Version of the API server, like v1.36.3. */
  version: string
  /** `sha256:<hex>` of the public key of the cluster's certificate authority, as kubeadm pins it. */
  caCertHash: string
  nodes: NodeFacts[]
  namespaces: NamespaceFacts[]
  /** Local volumes that an annex stack has made. */
  volumes: VolumeFacts[]
  /** The class of local volumes, where there is one. */
  storageClass: { managedBy: string | undefined } | undefined
  /** Of all namespaces: the CNI is among them. */
  daemonSets: DaemonSet[]
}

export interface NamespaceFacts {
  name: string
  /** Label app.kubernetes.io/managed-by. */
  managedBy: string | undefined
  /** The Pulumi stack that says it is its own. */
  stack?: string
  /** The tenant whose it is. */
  tenant?: string
}

export interface VolumeFacts {
  name: string
  /** The stack that made it. */
  stack: string
  /** Quantity. */
  size: string
  /** Available, Bound, Released, ... */
  phase: string
  /** namespace/name of the claim that has it, or had it last. */
  claim: string | undefined
  /** What happens to its data after that: wipe or retain. */
  reclaim?: string
}

export interface NodeFacts {
  name: string
  machineId: string
  ready: boolean
  addresses: string[]
  taints: { key: string; value?: string; effect: string }[]
  /** Version of its kubelet, like v1.36.3. */
  kubelet: string
  /** Like containerd://2.2.7. */
  containerRuntime: string
  /** How often it was drained for an upgrade. */
  drains: number
  /** Whether an upgrade of it has begun, and not ended. */
  inUpgrade: boolean
  /** Whether pods are kept away. */
  cordoned: boolean
}

const managedByLabel = 'app.kubernetes.io/managed-by'

/** Minutes that a bootstrap token lives: enough for one join. */
const tokenMinutes = 15

/** The parts of Kubernetes' objects that are looked at. */
interface Node {
  kind: 'Node'
  metadata: { name: string; annotations?: Record<string, string> }
  spec: { taints?: NodeFacts['taints']; unschedulable?: boolean }
  status?: { nodeInfo?: { machineID?: string; kubeletVersion?: string; containerRuntimeVersion?: string }; conditions?: { type: string; status: string }[]; addresses?: { address: string }[] }
}
interface Namespace { kind: 'Namespace'; metadata: { name: string; labels?: Record<string, string>; annotations?: Record<string, string> } }
interface PersistentVolume {
  kind: 'PersistentVolume'
  metadata: { name: string; labels?: Record<string, string>; annotations?: Record<string, string> }
  spec: { capacity: { storage: string }; storageClassName?: string; claimRef?: { namespace: string; name: string } }
  status?: { phase?: string }
}
interface StorageClass { kind: 'StorageClass'; metadata: { name: string; labels?: Record<string, string> } }
export interface Container { image?: string; command?: string[]; args?: string[]; env?: { name: string; value?: string }[] }
export interface DaemonSet { kind: 'DaemonSet'; metadata: { namespace: string; name: string }; spec: { template: { spec: { containers: Container[] } } } }
interface KubeConfig { clusters?: { cluster: { 'certificate-authority-data'?: string } }[] | null }

/** @throws Error that names the context and the fix, where the kubeconfig or the cluster does not answer. */
export async function readCluster(context: string): Promise<ClusterFacts> {
  const caCertHash = await readAuthority(context)
  const [version, objects] = await Promise.all([
    get<{ gitVersion: string }>(context, '/version'),
    list<Node | Namespace | PersistentVolume | StorageClass | DaemonSet>(context, ['nodes', 'namespaces', 'persistentvolumes', 'storageclasses.storage.k8s.io', 'daemonsets.apps']),
  ])
  const nodes = objects.filter((it): it is Node => it.kind === 'Node')
  const namespaces = objects.filter((it): it is Namespace => it.kind === 'Namespace')
  const volumes = objects.filter((it): it is PersistentVolume => it.kind === 'PersistentVolume')
  const storageClass = objects.find((it): it is StorageClass => it.kind === 'StorageClass' && it.metadata.name === storageClassName)
  const daemonSets = objects.filter((it): it is DaemonSet => it.kind === 'DaemonSet')
  return {
    version: version.gitVersion,
    caCertHash,
    nodes: nodes.map(({ metadata, spec, status }) => ({
      name: metadata.name,
      machineId: status?.nodeInfo?.machineID ?? '',
      ready: status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false,
      addresses: status?.addresses?.map(({ address }) => address) ?? [],
      taints: spec.taints ?? [],
      kubelet: status?.nodeInfo?.kubeletVersion ?? '',
      containerRuntime: status?.nodeInfo?.containerRuntimeVersion ?? '',
      drains: drainsOf(metadata.annotations?.['annex/drains']),
      inUpgrade: metadata.annotations?.['annex/upgrade'] !== undefined,
      cordoned: spec.unschedulable ?? false,
    })),
    namespaces: namespaces.map(namespaceFacts),
    volumes: volumes.filter(({ metadata, spec }) => spec.storageClassName === storageClassName && metadata.labels?.[managedByLabel] === 'annex').map(({ metadata, spec, status }) => ({
      name: metadata.name,
      stack: metadata.labels?.[volumeStackLabel] ?? '',
      size: spec.capacity.storage,
      phase: status?.phase ?? '',
      claim: spec.claimRef && `${spec.claimRef.namespace}/${spec.claimRef.name}`,
      reclaim: metadata.annotations?.[reclaimAnnotation],
    })),
    storageClass: storageClass && { managedBy: storageClass.metadata.labels?.[managedByLabel] },
    daemonSets,
  }
}

/** Those of the named ones that are there, and all that belong to the stack: never all of a large cluster's. */
export async function readNamespaces(context: string, names: string[], stack: string): Promise<NamespaceFacts[]> {
  const read = async (args: string[]) => {
    const text = await kubectl(context, ['get', 'namespaces', ...args, '--ignore-not-found', '-o', 'json', '--request-timeout', '10s'])
    const found = text === '' ? {} : JSON.parse(text) as Partial<Namespace> & { items?: Namespace[] }
    // kubectl prints one object alone without a list around it.
    return found.items ?? (found.metadata ? [found as Namespace] : [])
  }
  const [named, own] = await Promise.all([names.length === 0 ? [] : read(names), read(['--selector', `${stackLabel}=${stack}`])])
  return [...named, ...own.filter(({ metadata }) => !names.includes(metadata.name))].map(namespaceFacts)
}

/** A kubelet may write its node's annotations. */
function drainsOf(annotation = ''): number {
  return /^[1-9]\d{0,8}$/.test(annotation) ? Number(annotation) : 0
}

function namespaceFacts({ metadata: { name, labels, annotations } }: Namespace): NamespaceFacts {
  return { name, managedBy: labels?.[managedByLabel], stack: labels?.[stackLabel], tenant: annotations?.[tenantAnnotations.tenant] }
}

/** Makes a token that may only bootstrap a node and dies by itself. @returns `<id>.<secret>` */
export async function createBootstrapToken(context: string, nodeName: string, now: Date = new Date()): Promise<string> {
  const [id, secret] = [word(6), word(16)]
  const body = {
    metadata: { name: `bootstrap-token-${id}` },
    type: 'bootstrap.kubernetes.io/token',
    stringData: {
      description: `annex: join of ${nodeName}`,
      'token-id': id,
      'token-secret': secret,
      expiration: new Date(now.getTime() + tokenMinutes * 60_000).toISOString(),
      'usage-bootstrap-authentication': 'true',
      'usage-bootstrap-signing': 'true',
      'auth-extra-groups': 'system:bootstrappers:kubeadm:default-node-token',
    },
  }
  await kubectl(context, ['create', '--raw', '/api/v1/namespaces/kube-system/secrets', '-f', '-'], JSON.stringify(body))
  return `${id}.${secret}`
}

/** ConfigMaps that `kubeadm join` reads, by namespace. Some managed clusters have none: other machines join them in another way, or not at all. */
const readByJoin = { 'kube-public': ['cluster-info'], 'kube-system': ['kubeadm-config', 'kubelet-config'] }

/** @returns those of them that are not there, as namespace/name, and where the cluster says that it is, as host:port; nothing where they may not be read */
export async function readForJoin(context: string): Promise<{ missing: string[]; server: string | undefined }> {
  const [missing, server] = await Promise.all([missingForJoin(context), ownServer(context)])
  return { missing, server }
}

async function ownServer(context: string): Promise<string | undefined> {
  const info = await kubectl(context, ['get', 'configmap', '--namespace', 'kube-public', 'cluster-info', '--ignore-not-found', '-o', 'jsonpath={.data.kubeconfig}', '--request-timeout', '10s']).catch(() => '')
  const server = /^\s*server: (https:\/\/\S+)$/m.exec(info)?.[1]
  if (server === undefined || !URL.canParse(server)) return undefined
  const { hostname, port } = new URL(server)
  return `${hostname}:${port || '443'}`
}

async function missingForJoin(context: string): Promise<string[]> {
  const missing = await Promise.all(Object.entries(readByJoin).map(async ([namespace, names]) => {
    const found = await kubectl(context, ['get', 'configmaps', '--namespace', namespace, ...names, '--ignore-not-found', '-o', 'name', '--request-timeout', '10s']).catch(() => undefined)
    return found === undefined ? [] : names.filter((name) => !found.split('\n').includes(`configmap/${name}`)).map((name) => `${namespace}/${name}`)
  }))
  return missing.flat()
}

/** SHA-256 of the DER-encoded SubjectPublicKeyInfo of a PEM certificate. */
export function caCertHash(pem: string): string {
  const key = new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'der' })
  return `sha256:${createHash('sha256').update(key).digest('hex')}`
}

/** The certificate authority that the kubeconfig trusts, in its text or in a file. */
async function readAuthority(context: string): Promise<string> {
  const { clusters } = JSON.parse(await kubectl(context, ['config', 'view', '--raw', '--minify', '--flatten', '-o', 'json'])) as KubeConfig
  const data = clusters?.[0]?.cluster['certificate-authority-data']
  if (!data) throw new Error(`kubernetes:context = "${context}" has no certificate authority in the kubeconfig: a join must pin the cluster's; set certificate-authority or certificate-authority-data there`)
  return caCertHash(Buffer.from(data, 'base64').toString())
}

/** What the API server answers at a path. */
export async function get<T>(context: string, path: string): Promise<T> {
  return JSON.parse(await kubectl(context, ['get', '--raw', path, '--request-timeout', '10s'])) as T
}

/**
 * All objects of these resources, in all namespaces, by one kubectl: a start of it takes longer than it waits for the server.
 * @param resources as kubectl names them, like deployments.apps
 */
export async function list<T>(context: string, resources: readonly string[]): Promise<T[]> {
  // {.items} is printed without the indentation of -o json, which is more than the objects themselves.
  return JSON.parse(await kubectl(context, ['get', resources.join(','), '--all-namespaces', '-o', 'jsonpath={.items}', '--request-timeout', '10s'])) as T[]
}

async function kubectl(context: string, args: string[], input?: string): Promise<string> {
  try {
    // Without input it must not wait for a person to type a password.
    return (await execa('kubectl', ['--context', context, ...args], input === undefined ? { stdin: 'ignore' } : { input })).stdout
  } catch (error) {
    throw new Error(explain(context, error as ExecaError))
  }
}

function explain(context: string, { code, stderr, shortMessage }: ExecaError): string {
  if (code === 'ENOENT') return 'kubectl is not on the PATH, and annex asks the cluster through it: install it, not older than the cluster by more than one minor'
  const told = String(stderr ?? '').trim().split('\n').at(-1)?.replace(/^error: /, '') || shortMessage
  if (/context .* does not exist|cannot locate context/.test(told)) {
    return `kubernetes:context = "${context}" is not in the kubeconfig (${told}): set KUBECONFIG to the file that has it; kubectl config get-contexts lists what there is`
  }
  return `the cluster of kubernetes:context = "${context}" refused or did not answer (${told}): check with "kubectl --context ${context} get nodes"`
}

/** Lower-case letters and digits, the alphabet of bootstrap tokens. */
function word(length: number): string {
  const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789'
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('')
}
