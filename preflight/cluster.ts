/** The cluster as the stack finds it, and the bootstrap token of a join. Speaks to the API server with the user's own kubeconfig. */
import { createHash, randomInt, X509Certificate } from 'node:crypto'
import type { KubeConfig } from '@kubernetes/client-node'

export interface ClusterFacts {
  /** Version of the API server, like v1.36.3. */
  version: string
  /** `sha256:<hex>` of the public key of the cluster's certificate authority, as kubeadm pins it. */
  caCertHash: string
  nodes: NodeFacts[]
  /** Namespaces, and what their label app.kubernetes.io/managed-by says. */
  namespaces: { name: string; managedBy: string | undefined }[]
}

export interface NodeFacts {
  name: string
  machineId: string
  ready: boolean
  addresses: string[]
}

/** Loaded where it is used: half a second that a faulty configuration need not wait for. */
const client = () => import('@kubernetes/client-node')

/** Minutes that a bootstrap token lives: enough for one join. */
const tokenMinutes = 15

/** @throws Error that names the context and the fix, where the kubeconfig or the cluster does not answer. */
export async function readCluster(context: string): Promise<ClusterFacts> {
  const { CoreV1Api, VersionApi } = await client()
  const kubeconfig = await load(context)
  const authority = kubeconfig.getCurrentCluster()?.caData
  if (!authority) throw new Error(`kubernetes:context = "${context}" has no certificate-authority-data in the kubeconfig: a join must pin the cluster's authority; write the kubeconfig with its data embedded`)
  const core = kubeconfig.makeApiClient(CoreV1Api)
  const [version, nodes, namespaces] = await answer(context, () => Promise.all([
    kubeconfig.makeApiClient(VersionApi).getCode(),
    core.listNode(),
    core.listNamespace(),
  ]))
  return {
    version: version.gitVersion,
    caCertHash: caCertHash(Buffer.from(authority, 'base64').toString()),
    nodes: nodes.items.map((node) => ({
      name: node.metadata?.name ?? '',
      machineId: node.status?.nodeInfo?.machineID ?? '',
      ready: node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false,
      addresses: node.status?.addresses?.map(({ address }) => address) ?? [],
    })),
    namespaces: namespaces.items.map(({ metadata }) => ({ name: metadata?.name ?? '', managedBy: metadata?.labels?.['app.kubernetes.io/managed-by'] })),
  }
}

/** Makes a token that may only bootstrap a node and dies by itself. @returns `<id>.<secret>` */
export async function createBootstrapToken(context: string, nodeName: string, now: Date = new Date()): Promise<string> {
  const [id, secret] = [word(6), word(16)]
  const { CoreV1Api } = await client()
  const kubeconfig = await load(context)
  await answer(context, () => kubeconfig.makeApiClient(CoreV1Api).createNamespacedSecret({
    namespace: 'kube-system',
    body: {
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
    },
  }))
  return `${id}.${secret}`
}

/** SHA-256 of the DER-encoded SubjectPublicKeyInfo of a PEM certificate. */
export function caCertHash(pem: string): string {
  const key = new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'der' })
  return `sha256:${createHash('sha256').update(key).digest('hex')}`
}

async function load(context: string): Promise<KubeConfig> {
  const { KubeConfig } = await client()
  const kubeconfig = new KubeConfig()
  kubeconfig.loadFromDefault()
  const known = kubeconfig.getContexts().map(({ name }) => name)
  if (!known.includes(context)) {
    throw new Error(`kubernetes:context = "${context}" is not in the kubeconfig (${known.join(', ') || 'it has none'}): set KUBECONFIG to the file that has it`)
  }
  kubeconfig.setCurrentContext(context)
  return kubeconfig
}

async function answer<T>(context: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    const { code, body, message } = error as { code?: number | string; body?: unknown; message: string }
    const detail = typeof body === 'string' && body.includes('"message"') ? (JSON.parse(body) as { message: string }).message : message.split('\n')[0]
    throw new Error(`the cluster of kubernetes:context = "${context}" refused or did not answer (${code ?? 'no answer'}: ${detail}): check with "kubectl --context ${context} get nodes"`)
  }
}

/** Lower-case letters and digits, the alphabet of bootstrap tokens. */
function word(length: number): string {
  const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789'
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('')
}
