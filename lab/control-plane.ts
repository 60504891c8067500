/** The managed part of the cloud: etcd, API server, controller manager and scheduler, none of them on a node. */
import { X509Certificate, createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { execa } from 'execa'
import { parse, stringify } from 'yaml'
import { toolPath, toolVersion } from '../tools/tools.ts'
import { inherited, inNamespace, labFolder, labPath } from './environment.ts'
import { lastLines, processId, startProcess, until } from './processes.ts'
import { privateEndpoint, publicEndpoint, ranges } from './topology.ts'

const namespace = 'annex-control-plane'
const folder = path.join(labFolder, 'control-plane')
const pki = (file: string) => path.join(folder, 'pki', file)
const kubeconfig = (user: string) => path.join(folder, `${user}.conf`)

/** What kubeadm calls the certificates' folder on a node. */
const pkiOnNodes = '/etc/kubernetes/pki'

/** The context's name in the operator's kubeconfig. */
export const context = 'annex-lab'

/** Starts what of the control plane does not run; resolves when nodes can join. */
export async function startControlPlane(): Promise<void> {
  await makeCertificates()
  await startProcess(etcd())
  await startProcess(apiServer())
  await untilReady()
  await Promise.all([startProcess(controllerManager()), startProcess(scheduler())])
  await uploadConfiguration()
  await writeOperatorKubeconfig()
}

/** Pin of the cluster's CA, as kubeadm join takes it. */
export function caCertHash(): string {
  const key = new X509Certificate(readFileSync(pki('ca.crt'))).publicKey.export({ type: 'spki', format: 'der' })
  return `sha256:${createHash('sha256').update(key).digest('hex')}`
}

/** A bootstrap token that lives ten minutes. */
export async function newBootstrapToken(): Promise<string> {
  return kubeadm(['token', 'create', '--ttl', '10m', '--kubeconfig', kubeconfig('super-admin')])
}

/** Runs kubectl as the cloud itself. @returns what it printed */
export async function kubectlAsCloud(args: readonly string[], input?: string): Promise<string> {
  const [command, rest] = inNamespace(namespace, toolPath('kubectl'), ['--kubeconfig', kubeconfig('super-admin'), ...args])
  const { stdout } = await execa(command, rest, { ...(input === undefined ? {} : { input }), env: inherited(), extendEnv: false })
  return String(stdout)
}

async function kubeadm(args: readonly string[]): Promise<string> {
  const [command, rest] = inNamespace(namespace, toolPath('kubeadm'), args)
  const { stdout } = await execa(command, rest, { env: inherited(), extendEnv: false })
  return String(stdout)
}

const configuration = path.join(folder, 'kubeadm.yaml')

async function makeCertificates(): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await writeFile(configuration, kubeadmConfiguration().map((document) => stringify(document)).join('---\n'))
  await kubeadm(['init', 'phase', 'certs', 'all', '--config', configuration])
  for (const user of ['admin', 'super-admin', 'controller-manager', 'scheduler']) {
    await kubeadm(['init', 'phase', 'kubeconfig', user, '--config', configuration, '--kubeconfig-dir', folder])
  }
}

function kubeadmConfiguration(): object[] {
  const apiVersion = 'kubeadm.k8s.io/v1beta4'
  return [
    {
      apiVersion,
      kind: 'InitConfiguration',
      localAPIEndpoint: { advertiseAddress: privateEndpoint, bindPort: 6443 },
      nodeRegistration: { name: 'control-plane', criSocket: 'unix:///run/containerd/containerd.sock' },
    },
    {
      apiVersion,
      kind: 'ClusterConfiguration',
      clusterName: context,
      kubernetesVersion: toolVersion('kubernetes'),
      controlPlaneEndpoint: `${privateEndpoint}:6443`,
      certificatesDir: path.join(folder, 'pki'),
      networking: { podSubnet: ranges.pods, serviceSubnet: ranges.services, dnsDomain: 'cluster.local' },
      apiServer: { certSANs: [publicEndpoint, privateEndpoint] },
    },
    // As a cluster that was made on Ubuntu and hardened gives it to all its nodes. failCgroupV1: this machine, and so its hosts, may have cgroup v1.
    {
      apiVersion: 'kubelet.config.k8s.io/v1beta1', kind: 'KubeletConfiguration',
      cgroupDriver: 'systemd', resolvConf: '/run/systemd/resolve/resolv.conf', protectKernelDefaults: true, failCgroupV1: false,
    },
  ]
}

const etcdUrl = 'http://127.0.0.1:2379'
/** As on a control plane made by kubeadm: whoever reaches it needs a certificate. The proof of isolation shows that tenants do not even reach it. */
const etcdPrivateUrl = `https://${privateEndpoint}:2379`

function etcd() {
  const peerUrl = 'http://127.0.0.1:2380'
  return {
    name: 'etcd',
    namespace,
    command: toolPath('etcd'),
    args: flags({
      'data-dir': path.join(folder, 'etcd'),
      'listen-client-urls': `${etcdUrl},${etcdPrivateUrl}`,
      'advertise-client-urls': etcdUrl,
      'cert-file': pki('etcd/server.crt'),
      'key-file': pki('etcd/server.key'),
      'trusted-ca-file': pki('etcd/ca.crt'),
      'client-cert-auth': 'true',
      'listen-peer-urls': peerUrl,
      'initial-advertise-peer-urls': peerUrl,
      'initial-cluster': `default=${peerUrl}`,
      // Only a crash of the whole machine could lose something: npm run down, and the lab is made anew.
      'unsafe-no-fsync': 'true',
    }),
  }
}

function apiServer() {
  return {
    name: 'kube-apiserver',
    namespace,
    command: toolPath('kube-apiserver'),
    args: flags({
      'advertise-address': privateEndpoint,
      'allow-privileged': 'true',
      'authorization-mode': 'Node,RBAC',
      'client-ca-file': pki('ca.crt'),
      'enable-admission-plugins': 'NodeRestriction',
      'enable-bootstrap-token-auth': 'true',
      'etcd-servers': etcdUrl,
      'kubelet-client-certificate': pki('apiserver-kubelet-client.crt'),
      'kubelet-client-key': pki('apiserver-kubelet-client.key'),
      // Or it would resolve a node's name for logs and exec, and nobody here does that.
      'kubelet-preferred-address-types': 'InternalIP',
      'proxy-client-cert-file': pki('front-proxy-client.crt'),
      'proxy-client-key-file': pki('front-proxy-client.key'),
      'requestheader-allowed-names': 'front-proxy-client',
      'requestheader-client-ca-file': pki('front-proxy-ca.crt'),
      'requestheader-extra-headers-prefix': 'X-Remote-Extra-',
      'requestheader-group-headers': 'X-Remote-Group',
      'requestheader-username-headers': 'X-Remote-User',
      'secure-port': '6443',
      'service-account-issuer': 'https://kubernetes.default.svc.cluster.local',
      'service-account-key-file': pki('sa.pub'),
      'service-account-signing-key-file': pki('sa.key'),
      'service-cluster-ip-range': ranges.services,
      'tls-cert-file': pki('apiserver.crt'),
      'tls-private-key-file': pki('apiserver.key'),
    }),
  }
}

function controllerManager() {
  const own = kubeconfig('controller-manager')
  return {
    name: 'kube-controller-manager',
    namespace,
    command: toolPath('kube-controller-manager'),
    args: flags({
      'allocate-node-cidrs': 'true',
      // A host that was switched off is noticed in half of the usual time: tests wait for it.
      'node-monitor-grace-period': '24s',
      'authentication-kubeconfig': own,
      'authorization-kubeconfig': own,
      'bind-address': '127.0.0.1',
      'client-ca-file': pki('ca.crt'),
      'cluster-cidr': ranges.pods,
      'cluster-name': context,
      'cluster-signing-cert-file': pki('ca.crt'),
      'cluster-signing-key-file': pki('ca.key'),
      // The two that sign cluster-info for kubeadm join, and forget old tokens.
      controllers: '*,bootstrapsigner,tokencleaner',
      kubeconfig: own,
      'leader-elect': 'false',
      'requestheader-client-ca-file': pki('front-proxy-ca.crt'),
      'root-ca-file': pki('ca.crt'),
      'service-account-private-key-file': pki('sa.key'),
      'service-cluster-ip-range': ranges.services,
      'use-service-account-credentials': 'true',
    }),
  }
}

function scheduler() {
  const own = kubeconfig('scheduler')
  return {
    name: 'kube-scheduler',
    namespace,
    command: toolPath('kube-scheduler'),
    args: flags({ 'authentication-kubeconfig': own, 'authorization-kubeconfig': own, 'bind-address': '127.0.0.1', kubeconfig: own, 'leader-elect': 'false' }),
  }
}

function flags(values: Record<string, string>): string[] {
  return Object.entries(values).map(([name, value]) => `--${name}=${value}`)
}

async function untilReady(): Promise<void> {
  await until('the API server is ready', 60, async () => {
    for (const name of ['etcd', 'kube-apiserver']) {
      if (processId(name) === undefined) throw new Error(`${name} has ended; the end of its log:\n${lastLines(name)}`)
    }
    return kubectlAsCloud(['get', '--raw', '/readyz', '--request-timeout', '2s']).then(() => true, () => false)
  })
}

/** What kubeadm init leaves in the cluster for nodes that join: its own and the kubelets' configuration, cluster-info, the roles. */
async function uploadConfiguration(): Promise<void> {
  const done = path.join(folder, 'uploaded')
  if (existsSync(done)) return
  const access = ['--config', configuration, '--kubeconfig', kubeconfig('super-admin')]
  await kubectlAsCloud(['apply', '--server-side', '--filename', '-'], stringify(administrators))
  await kubeadm(['init', 'phase', 'upload-config', 'all', ...access])
  await kubeadm(['init', 'phase', 'bootstrap-token', '--skip-token-print', ...access])
  for (const name of ['kubeadm-config', 'kubelet-config']) {
    const uploaded = await kubectlAsCloud(['get', 'configmap', name, '--namespace', 'kube-system', '--output', 'json'])
    await kubectlAsCloud(['replace', '--filename', '-'], uploaded.replaceAll(path.join(folder, 'pki'), pkiOnNodes))
  }
  await writeFile(done, '')
}

/** kubeadm init makes this binding too, where admin.conf has its usual place. */
const administrators = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRoleBinding',
  metadata: { name: 'kubeadm:cluster-admins' },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
  subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'kubeadm:cluster-admins' }],
}

/** As the provider's console hands it out: the public endpoint. */
async function writeOperatorKubeconfig(): Promise<void> {
  const { clusters, users } = parse(readFileSync(kubeconfig('admin'), 'utf8')) as { clusters: { cluster: object }[]; users: { user: object }[] }
  await writeFile(
    labPath('kubeconfig'),
    stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': context,
      clusters: [{ name: context, cluster: { ...clusters[0]?.cluster, server: `https://${publicEndpoint}:6443` } }],
      users: [{ name: `${context}-admin`, user: users[0]?.user }],
      contexts: [{ name: context, context: { cluster: context, user: `${context}-admin` } }],
    }),
    { mode: 0o600 },
  )
}
