/** What a worker needs on its host, as plain data. */
import semver from 'semver'
import type { HostDocument } from '../../host/document.ts'
import type { UpgradeArgs } from '../../host/engine.ts'
import { tenantNodeLabels, tenantTaint } from '../tenant-placement/place-pod.ts'

export interface AptRepository {
  uri: string
  suite: string
  components: string[]
  /** Armored public key. */
  key: string
}

export interface WorkerPackages {
  kubernetes: AptRepository
  /** As apt writes it, like 1.36.3-1.1; pinned and held. */
  kubernetesVersion: string
  containerd: AptRepository
  containerdVersion: string
}

export interface RegistryMirror {
  /** Registry in image names. */
  host: string
  /** https address. */
  mirror: string
  /** PEM certificate of its authority; left out: the host's own trust. */
  ca?: string
}

export interface WorkerOptions extends Pick<HostOptions, 'cgroupV1' | 'restrictOomScoreAdj'> {
  packages: WorkerPackages
  registries: RegistryMirror[]
  /** See `VpsWorkerArgs`. */
  resolvConf?: string
  /** TCP port on which sshd listens; the firewall leaves it open. */
  sshPort: number
  /** UDP port of the tunnel, for a worker that can be reached first. */
  tunnelPort?: number
  /** Interface of the node network; traffic of the cluster comes in here and nowhere else. */
  interface: string
}

/** What a host needs that is no plain VPS: `annex:hostOptions`. */
export interface HostOptions {
  /** Accept cgroup v1, which kubelet 1.35 and later refuse otherwise (failCgroupV1). */
  cgroupV1: boolean
  /** containerd's restrict_oom_score_adj, where the host may not lower it. */
  restrictOomScoreAdj: boolean
  /** Checks of `kubeadm join` that are not to stop it. */
  ignorePreflightErrors: string[]
}

export interface JoinOptions {
  nodeName: string
  /** Private endpoint, host:port. */
  apiServer: string
  /** `sha256:<hex>` of the public key of the cluster's certificate authority (RFC 7469 pin, as kubeadm wants it). */
  caCertHash: string
  nodeAddress: string
  taintEffect: 'NoSchedule' | 'PreferNoSchedule'
  ignorePreflightErrors: string[]
}

/**
 * Interfaces of the host that pods and the network between nodes are behind, as nftables has names: of flannel, kube-router, Calico, Cilium and
 * Weave. Each in a rule of its own, where every nftables takes a name that ends in "*" for all that begin so.
 */
export const podInterfaces = ['cni0', 'flannel.1', 'kube-bridge', 'cali*', 'vxlan.calico', 'tunl0', 'cilium_*', 'lxc*', 'weave', 'vethwe-*']

export const workerSection = 'vps-worker'
export const joinSection = 'vps-join'
/** The kubelet's drop-in folder: what is in it counts over the configuration that the cluster gives all kubelets, and reaches a node that has joined already. */
const kubeletFolder = '/etc/annex/kubelet.d'

/** A node is drained before one of these changes. */
export function minorsOf({ kubernetesVersion, containerdVersion }: Pick<WorkerPackages, 'kubernetesVersion' | 'containerdVersion'>): Pick<UpgradeArgs, 'kubelet' | 'containerd'> {
  return { kubelet: minorOf(kubernetesVersion), containerd: minorOf(containerdVersion) }
}

/** @param version of a package, or as a node reports it, like 1.36.3-1.1 or v1.36.3 @returns like 1.36; empty for what is no version */
export function minorOf(version: string): string {
  const found = semver.coerce(version)
  return found === null ? '' : `${found.major}.${found.minor}`
}

/** Packages, kernel settings, containerd and firewall: everything but the join. */
export function renderWorkerHost(options: WorkerOptions): HostDocument {
  const { packages } = options
  return {
    section: workerSection,
    items: [
      ...['overlay', 'br_netfilter'].map((name) => ({ kind: 'module' as const, name })),
      ...['net.bridge.bridge-nf-call-iptables', 'net.bridge.bridge-nf-call-ip6tables', 'net.ipv4.ip_forward'].map((key) => ({ kind: 'sysctl' as const, key, value: '1' })),
      // The kernel's 128 are all that root has for systemd, the kubelet and, with cgroup v2, a shim of containerd for each container.
      { kind: 'sysctl', key: 'fs.inotify.max_user_instances', value: '8192', atLeast: true },
      { kind: 'repository', name: 'kubernetes', ...packages.kubernetes },
      { kind: 'repository', name: 'docker', ...packages.containerd },
      {
        kind: 'packages',
        install: [
          { name: 'containerd.io', version: packages.containerdVersion, hold: true },
          { name: 'kubelet', version: packages.kubernetesVersion, hold: true, restart: ['kubelet.service'] },
          ...['kubeadm', 'kubectl'].map((name) => ({ name, version: packages.kubernetesVersion, hold: true })),
          ...['iptables', 'nftables', 'ipset', 'conntrack', 'ethtool', 'socat'].map((name) => ({ name })),
        ],
      },
      { kind: 'file', path: '/etc/containerd/config.toml', mode: '644', content: containerdConfig(options.restrictOomScoreAdj), restart: ['containerd.service'] },
      ...options.registries.flatMap(registryFiles),
      { kind: 'unit', name: 'containerd.service', enabled: true, running: true },
      { kind: 'file', path: `${kubeletFolder}/50-annex.conf`, mode: '644', content: kubeletConfig(options), restart: ['kubelet.service'] },
      { kind: 'file', path: '/etc/default/kubelet', mode: '644', content: `# Written by annex.\nKUBELET_EXTRA_ARGS=--config-dir=${kubeletFolder}\n`, restart: ['kubelet.service'] },
      { kind: 'firewall', table: 'annex', content: firewall(options) },
    ],
  }
}

/** The join itself; its token travels apart from the document. */
export function renderJoin(options: JoinOptions): HostDocument {
  return {
    section: joinSection,
    items: [{
      kind: 'join',
      nodeName: options.nodeName,
      apiServer: options.apiServer,
      caCertHashes: [options.caCertHash],
      nodeIp: options.nodeAddress,
      labels: tenantNodeLabels,
      taints: [{ ...tenantTaint, effect: options.taintEffect }],
      ignorePreflightErrors: options.ignorePreflightErrors,
    }],
  }
}

/**
 * What the kubelet holds every pod of the node to, and Kubernetes has no object for. Its own default for processes is no limit; 1,024 a pod
 * leaves room for a JVM or a browser, and is far below pid_max (32,768 where it is smallest). Logs: the kubelet's defaults, written down
 * because tenants rely on them. Images are pulled side by side: one after the other, a tenant whose registry is slow would keep the pods of
 * all others waiting.
 *
 * Where the cluster's own nodes are others than this host, what it gives all kubelets does not fit: kubeadm names the resolv.conf of the
 * machine that it was run on (with systemd-resolved on Ubuntu), and without that file no pod starts; a kubelet that must find the kernel's
 * settings as it wants them (protectKernelDefaults) does not start on a plain Debian, and makes them so where it may.
 *
 * A drop-in that does not name its kind is not taken.
 */
function kubeletConfig({ cgroupV1, resolvConf = '/etc/resolv.conf' }: Pick<WorkerOptions, 'cgroupV1' | 'resolvConf'>): string {
  return [
    '# Written by annex.',
    'apiVersion: kubelet.config.k8s.io/v1beta1',
    'kind: KubeletConfiguration',
    'podPidsLimit: 1024',
    'containerLogMaxSize: 10Mi',
    'containerLogMaxFiles: 5',
    'serializeImagePulls: false',
    `resolvConf: ${resolvConf}`,
    'protectKernelDefaults: false',
    ...(cgroupV1 ? ['failCgroupV1: false'] : []),
    '',
  ].join('\n')
}

/** containerd 2.x (config version 3); the kubelet's cgroup driver is systemd (kubeadm's default). */
function containerdConfig(restrictOomScoreAdj: boolean): string {
  return [
    '# Written by annex.',
    'version = 3',
    '',
    "[plugins.'io.containerd.cri.v1.runtime']",
    ...(restrictOomScoreAdj ? ['restrict_oom_score_adj = true'] : []),
    "[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]",
    "runtime_type = 'io.containerd.runc.v2'",
    "[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]",
    'SystemdCgroup = true',
    "[plugins.'io.containerd.cri.v1.runtime'.cni]",
    "bin_dirs = ['/opt/cni/bin']",
    "conf_dir = '/etc/cni/net.d'",
    '',
    "[plugins.'io.containerd.cri.v1.images'.registry]",
    "config_path = '/etc/containerd/certs.d'",
    '',
  ].join('\n')
}

/** A mirror, in the layout of containerd's hosts.toml. */
function registryFiles({ host, mirror, ca }: RegistryMirror): HostDocument['items'] {
  const folder = `/etc/containerd/certs.d/${host}`
  const lines = [`server = "https://${host}"`, '', `[host."${mirror}"]`, 'capabilities = ["pull", "resolve"]', ...(ca === undefined ? [] : [`ca = "${folder}/ca.pem"`]), '']
  return [
    ...(ca === undefined ? [] : [{ kind: 'file' as const, path: `${folder}/ca.pem`, mode: '644', content: ca }]),
    { kind: 'file' as const, path: `${folder}/hosts.toml`, mode: '644', content: lines.join('\n') },
  ]
}

/**
 * Closed by default: from outside only SSH, ICMP and the tunnel come in; kubelet, CNI and node ports answer on the tunnel alone.
 * Forwarding from outside is closed too, or a node port's traffic would pass by the input chain (kube-proxy rewrites it before).
 * IPv6 of pods is closed, to each other and to the node: pods of one node share a wire on which each has a link-local address, and CNIs without IPv6 apply no network policy there.
 */
function firewall({ interface: tunnel, sshPort, tunnelPort }: WorkerOptions): string {
  const pods = (rule: string, outcome: string) => podInterfaces.map((name) => `  ${rule.replace('NAME', `iifname "${name}"`)} ${outcome}`)
  const inside = [`  iifname { "lo", "${tunnel}" } accept`, ...pods('NAME', 'accept')]
  return [
    'chain input {',
    '  type filter hook input priority filter; policy drop;',
    '  ct state established,related accept',
    ...pods('NAME icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert }', 'accept'),
    ...pods('meta nfproto ipv6 NAME', 'drop'),
    ...inside,
    '  meta l4proto { icmp, ipv6-icmp } accept',
    `  tcp dport ${sshPort} accept`,
    ...(tunnelPort === undefined ? [] : [`  udp dport ${tunnelPort} accept`]),
    '  udp sport { 67, 547 } udp dport { 68, 546 } accept',
    '}',
    'chain forward {',
    '  type filter hook forward priority filter; policy drop;',
    '  ct state established,related accept',
    ...pods('meta nfproto ipv6 NAME', 'drop'),
    ...inside,
    '}',
    '',
  ].join('\n')
}
