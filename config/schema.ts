/** The shape of `Pulumi.<env>.yaml`: what each option means, its unit, its default, what is allowed. */
import { z } from 'zod'
import { bytes } from '../components/local-storage/render.ts'
import { userForm } from '../host/connection.ts'
import { forms } from '../host/document.ts'
import { isAddress, isHost, isPort, isRange } from './ranges.ts'

/** Text of a form; anything else, numbers among them, is told what is needed in the same words. */
const text = (form: RegExp, error: string) => z.string({ error }).regex(form, { error, abort: true })
const dnsLabel = text(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'a DNS label is needed: lower-case letters, digits and "-", at most 63 (RFC 1123)')
const dnsName = text(/^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/, 'a DNS name is needed: lower-case letters, digits, "-" and ".", at most 253 (RFC 1123)')
const [anAddress, aRange] = ['an IPv4 address is needed, like 198.51.100.11', 'an IPv4 range is needed whose host bits are zero, like 10.100.0.0/24']
export const address = z.string({ error: anAddress }).refine(isAddress, { error: anAddress })
export const range = z.string({ error: aRange }).refine(isRange, { error: aRange })
const host = text(/^[A-Za-z0-9]([-A-Za-z0-9.]*[A-Za-z0-9])?$/, 'an IPv4 address or a DNS name is needed').refine(isHost, { error: 'an IPv4 address or a DNS name is needed' })
const user = text(userForm, 'a user is needed: lower-case letters, digits, "-" and "_"')
const filled = text(/\S/, 'text is needed that is not empty (numbers and yes or no in quotes)')
const word = text(/^[^\s\p{Cc}]+$/u, 'a word is needed, without blanks')
const path = text(forms.path, 'an absolute path is needed, of letters, digits and @%+=:,._~- without a slash at its end')
  .refine((it) => !it.split('/').some((part) => part === '.' || part === '..'), { error: 'an absolute path is needed, without . and ..' })
/** Its name becomes that of a systemd unit, in which other signs mean something; what is below these is gone after a boot, or where the volumes are mounted. */
const volumeFolder = path.regex(/^\/\w[\w./-]*$/, { error: 'a path of letters, digits, ".", "_" and "-" is needed' })
  .refine((it) => !/^\/(dev|proc|run|var\/run|sys|tmp|mnt\/annex)(\/|$)/.test(it), { error: 'a folder on a disk is needed, not below /dev, /proc, /run, /sys, /tmp or /mnt/annex' })
const port = z.int({ error: 'a whole number from 1 to 65535 is needed' }).min(1).max(65535)
const cores = text(/^[1-9][0-9]*m?$/, "a CPU quantity above 0 is needed, in quotes: '2' or 500m")
const memory = text(/^[1-9][0-9]*(Mi|Gi|Ti)$/, 'a memory quantity above 0 is needed, like 512Mi or 2Gi')
const size = text(/^[1-9][0-9]*(Mi|Gi|Ti)$/, 'a size above 0 is needed, like 512Mi or 10Gi').refine((it) => bytes(it) <= Number.MAX_SAFE_INTEGER, { error: 'at most 8191Ti are possible' })
const fixedImage = 'an image with a fixed tag or a digest is needed, like docker.io/library/busybox:1.37.0'
/** The grammar is that of github.com/distribution/reference. */
const image = text(/^([A-Za-z0-9][A-Za-z0-9.-]*(:\d{1,5})?\/)?[a-z0-9]+((\.|__?|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|__?|-+)[a-z0-9]+)*)*(:\w[\w.-]{0,127})?(@sha256:[0-9a-f]{64})?$/, fixedImage)
  .refine((it) => /[:@][^/]+$/.test(it), { error: fixedImage })
  .refine((it) => !it.endsWith(':latest'), { error: 'the tag "latest" is not fixed: name a version or a digest' })

/** Minor of the first Kubernetes whose kubeadm reads kubeadm.k8s.io/v1beta4; its kubelet reads a drop-in folder without being asked twice (KEP-3983). */
export const oldestMinor = 31
const versionForm = `a package version of Kubernetes 1.${oldestMinor} or newer is needed, like 1.36.3-1.1`

/** WireGuard's. */
export const defaultPort = 51820

/** How to reach a host by SSH. Authentication is by the agent in SSH_AUTH_SOCK; host keys come from `annex:knownHosts`. */
const ssh = z.strictObject({
  /** Address or name to connect to. Default: the host's own `address`. */
  host: host.optional(),
  /** Port to connect to. Default: 22. */
  port: port.default(22),
  /** Port on which the host's sshd itself listens, where a NAT forwards another one to it. Default: `port`. */
  listenPort: port.optional(),
  /** root, or a user with passwordless sudo. Default: root. */
  user: user.default('root'),
  /** A host to go through (ssh -J). */
  jump: z.strictObject({ host, port: port.default(22), user: user.default('root') }).optional(),
})

const gateway = z.strictObject({
  name: dnsLabel,
  /** Public address, to which workers send WireGuard's UDP. */
  address,
  /** Its address inside the tunnel. */
  tunnelAddress: address,
  /** Its address in the cloud's network: the next hop of the cloud's route table entries. */
  cloudAddress: address,
  ssh: ssh.prefault({}),
})

const volume = z.strictObject({
  /** Name of the volume; the PersistentVolume is `<worker>-<name>`. */
  name: dnsLabel.max(41, { error: 'at most 41 characters are allowed' }),
  /** Hard size: the file system is exactly as large, and allocated in full. May grow, never shrink. From 16Mi. */
  size: size.refine((it) => !/^\d+Mi$/.test(it) || parseInt(it, 10) >= 16, { error: 'at least 16Mi are needed, for a file system with its journal' }),
  /** After its claim is gone: `wipe`, and offer it to the next; `retain` the data until somebody releases it by hand (docs/storage.md). Default: wipe. */
  reclaim: z.enum(['wipe', 'retain'], { error: 'wipe or retain is needed' }).default('wipe'),
})

const worker = z.strictObject({
  /** Node name; also the name in the stack. */
  name: dnsLabel,
  /** Public address; for a worker behind NAT the one it is forwarded from. */
  address,
  /** Its address inside the tunnel; becomes the node's InternalIP. */
  tunnelAddress: address,
  /** Tunnel port on which it takes packets; leave out behind NAT, where only the worker can begin. */
  listenPort: port.optional(),
  ssh: ssh.prefault({}),
  /** `NoSchedule` keeps everything without the toleration away, `PreferNoSchedule` only when there is room elsewhere. Set at the join; later the preflight says how to change it. */
  taintEffect: z.enum(['NoSchedule', 'PreferNoSchedule'], { error: 'NoSchedule or PreferNoSchedule is needed' }).default('NoSchedule'),
  storage: z.strictObject({
    /** Folder on the host that holds the backing files; with `disk` its mount point. */
    path: volumeFolder.default('/var/lib/annex-volumes'),
    /** A whole disk for the volumes, by a name that stays, like /dev/disk/by-id/...; it must be empty when it is first used. Default: the host's own disk. */
    disk: path.regex(/^\/dev\//, { error: 'a device is needed, like /dev/disk/by-id/virtio-volumes' }).optional(),
    /** Most that the volumes may take together. Default: what the disk has, less 64 MiB. */
    size: size.optional(),
    volumes: z.array(volume).default([]),
  }).prefault({}),
})

/** Without name and password: it stands in files of the host and in the state, as it is. */
function webAddress(protocol: RegExp, needed: string) {
  const error = `${needed}, without blanks, quotes, name and password`
  return z.url({ protocol, error, abort: true }).regex(/^[a-z]+:\/\/[^\s"'\\@]+$/, { error })
}

const repository = z.strictObject({
  /** Address of the apt repository; a mirror's where hosts do not reach the public one. */
  uri: webAddress(/^https?$/, 'an http or https address is needed'),
  suite: word,
  /** Empty for a flat repository, whose suite ends in "/". */
  components: z.array(word).default([]),
  /** File with the armored public key that signs the repository. */
  keyFile: filled,
})

const registry = z.strictObject({
  /** Registry in image names, like docker.io. */
  host: text(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?(:\d{1,5})?$/, 'a registry is needed as image names have it, in lower case, like docker.io or registry.example:5000')
    .refine((it) => it !== 'index.docker.io', { error: 'image names say docker.io for it: write that' }),
  /** Where images are pulled from instead, like https://mirror.example:5000. */
  mirror: webAddress(/^https$/, 'an https address is needed'),
  /** File with the certificate authority of the mirror. Default: the host's own trust. */
  caFile: filled.optional(),
})

const count = z.int({ error: 'a whole number from 1 to 1000 is needed' }).min(1).max(1000)

/** What the test application claims where the configuration says nothing. */
export const defaultClaim = '64Mi'

/** What a namespace has whose quota says nothing. */
export const defaultQuota = { cpu: '2', memory: '2Gi', storage: '10Gi' }

/** Most that may be requested and used in one namespace; what has no quota of its own is closed (node ports, load balancers, other storage). */
const quota = z.strictObject({
  cpu: cores.default(defaultQuota.cpu),
  memory: memory.default(defaultQuota.memory),
  /** Of volumes. */
  storage: size.default(defaultQuota.storage),
  /** On the disks of nodes: what containers write, logs and emptyDir included. */
  ephemeralStorage: size.default('4Gi'),
  pods: count.default(20),
  claims: count.default(10),
  /** Most of each other kind of object: config maps, secrets, services, deployments, ... */
  objects: count.default(100),
}).prefault({})

const group = z.string({ error: 'a group is needed, as the cluster’s authentication names it' }).regex(/^[^\s,]{1,253}$/, { error: 'a group name without blanks and commas is needed, at most 253 characters' })
  .refine((it) => !it.startsWith('system:'), { error: 'groups that begin with "system:" are Kubernetes’ own: name a group of the tenant’s people' })

const tenant = z.strictObject({
  /** Name of the tenant, and of its first namespace. */
  name: dnsLabel,
  /** Group whose members get the tenant role in all namespaces of the tenant. */
  group,
  /** Of the first namespace. */
  quota,
  /** Further namespaces of the tenant, each with a quota of its own; traffic between them is open. Default: none. */
  namespaces: z.array(z.strictObject({ name: dnsLabel, quota })).default([]),
  /** Most that one pod, or one claim, may have. Default: the quota of its namespace. */
  limits: z.strictObject({ cpu: cores.optional(), memory: memory.optional(), claim: size.optional() }).prefault({}),
  /** IPv4 ranges outside the cluster that its pods may reach, all ports. Nodes, the API server, pods, services, the tunnel and metadata addresses in them stay closed. Default: none. */
  egress: z.array(range).default([]),
  /** Whether its people may run commands in its pods, attach to them, forward ports and add debug containers. */
  exec: z.boolean({ error: 'true or false is needed' }).default(false),
  /** Where its images may come from. Default: anywhere. */
  registries: z.array(z.strictObject({
    /** Registry, with a path perhaps, like registry.example:5000/team or docker.io/library. */
    name: text(/^([a-z0-9-]+(\.[a-z0-9-]+)+(:\d{1,5})?|[a-z0-9-]+:\d{1,5}|localhost)(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*$/,
      'a registry is needed, with a path perhaps but without a tag, like docker.io/library or registry.example:5000/team'),
    /** Secret of the type kubernetes.io/dockerconfigjson in each namespace of the tenant, made by its people. Images from here are then pulled for every container. */
    pullSecret: dnsName.optional(),
  })).default([]),
  /** Priority classes that its pods may name; where the cluster has a default one, that too. Default: none. */
  priorityClasses: z.array(dnsName.refine((it) => !it.startsWith('system-'), { error: 'the classes that begin with "system-" push others’ pods away: make one of your own' })).default([]),
  /** DNS names that it may publish by Ingress or route, each with all names below it. Default: none, and no right to make any. */
  ingressHosts: z.array(dnsName.refine((it) => /\.(?!\d+$)[^.]+$/.test(it), { error: 'a domain name is needed, like team.example.org' })).default([]),
  /** Whether its namespaces are kept from being deleted, by Pulumi and by everyone. Default: true. To delete a tenant, set it to false, update, then take the tenant out. */
  protect: z.boolean({ error: 'true or false is needed' }).default(true),
  /** Names of the workers that are for this tenant alone. Default: none; it shares those that are nobody's own. */
  dedicatedNodes: z.array(dnsLabel).default([]),
})

const admission = z.strictObject({
  /** `audit` lets through, warns and writes to the audit log what `deny` refuses. Begin with audit; the preview lists what would be refused. */
  enforcement: z.enum(['audit', 'deny'], { error: 'audit or deny is needed' }).default('audit'),
  /** Namespaces of the cloud's own system, in which nothing is ever refused. */
  systemNamespaces: z.array(dnsLabel).default(['kube-system', 'kube-public', 'kube-node-lease']),
  /** DaemonSets outside them whose pods may run on tenant nodes, like a CNI's or monitoring's. */
  daemonSets: z.array(z.strictObject({ namespace: dnsLabel, name: text(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, 'the name of a DaemonSet is needed') })).default([]),
  /** Users that bind pods to nodes. Default: the scheduler's own. */
  schedulers: z.array(filled.refine((it) => it !== 'default-scheduler', { error: 'is the name of a scheduler: the user that it binds as is needed, like system:kube-scheduler' })).min(1, { error: 'at least one user is needed, or no pod of a tenant could start' }).default(['system:kube-scheduler']),
})

export const schema = z.strictObject({
  cluster: z.strictObject({
    /** Private endpoint of the API server, host:port; workers reach it through the tunnel. */
    apiServer: text(/^[A-Za-z0-9.-]+:\d{1,5}$/, 'host:port is needed, like 10.10.0.10:6443')
      .refine((it) => isHost(it.replace(/:\d+$/, '')) && isPort(it), { error: 'an IPv4 address or a DNS name and a port from 1 to 65535 are needed, like 10.10.0.10:6443' }),
    /** Ranges of the cloud's nodes (with the API server's private endpoint), of pods and of services. */
    nodes: z.array(range).min(1, { error: 'at least one range is needed' }),
    pods: z.array(range).min(1, { error: 'at least one range is needed' }),
    services: z.array(range).min(1, { error: 'at least one range is needed' }),
    /** Further ranges that no tenant may reach, whatever its egress lists: the API server's public endpoint, your own networks. Default: none. */
    closed: z.array(range).default([]),
    /** Addresses of the DNS cache on the nodes, where the cluster has one (NodeLocal DNSCache: 169.254.20.10). Default: none. */
    nodeLocalDns: z.array(address).default([]),
  }),
  /** OpenSSH known_hosts file with the key of every host; a host without a key there is refused. */
  knownHosts: filled,
  tunnel: z.strictObject({
    range,
    /** UDP port of the gateways. Default: 51820. */
    port: port.default(defaultPort),
    /** Bytes. Default: 1420, WireGuard over IPv6 in 1500 (80 bytes). */
    mtu: z.int({ error: 'a whole number from 1280 to 9000 is needed' }).min(1280).max(9000).default(1420),
    gateways: z.array(gateway).min(1, { error: 'at least one gateway is needed' }),
  }),
  workers: z.array(worker).default([]),
  packages: z.strictObject({
    kubernetes: repository,
    /** Versions as apt writes them; pinned and held. */
    kubernetesVersion: z.string({ error: versionForm }).refine((it) => Number(/^1\.(\d+)\.\d+-\d+\.\d+$/.exec(it)?.[1]) >= oldestMinor, { error: versionForm }),
    containerd: repository,
    containerdVersion: text(/^2\.\d+\.\d+-[A-Za-z0-9.+:~-]+$/, 'a containerd.io 2.x package version is needed, like 2.2.7-1~debian.12~bookworm'),
  }),
  registries: z.array(registry).default([]),
  tenants: z.array(tenant).default([]),
  /** Policies in the cluster that keep the placement of pods, whoever creates them. Left out: none; then only what this stack makes is placed. */
  admission: admission.optional(),
  /** Image of the small iam-service in paas-system. Left out: not deployed. */
  iamService: z.strictObject({ image }).optional(),
  /** A StatefulSet with a volume in one tenant, which the guide's checklist looks at; its image needs busybox's httpd, wget and nslookup. Left out: not deployed. */
  testApplication: z.strictObject({ tenant: dnsLabel, image, storage: size.default(defaultClaim) }).optional(),
  /** For hosts that differ from a plain VPS; production needs none of it. */
  hostOptions: z.strictObject({
    /** Accept cgroup v1, which kubelet 1.35 and later refuse otherwise (failCgroupV1). */
    cgroupV1: z.boolean().default(false),
    /** containerd's restrict_oom_score_adj, where the host may not lower it. */
    restrictOomScoreAdj: z.boolean().default(false),
    ignorePreflightErrors: z.array(text(forms.kubeadmCheck, 'the name of a check of kubeadm is needed, like SystemVerification')).default([]),
  }).prefault({}),
})

export type Config = z.infer<typeof schema>

/** What somebody wrote, any part of which may be missing. That it may be of another shape too, types cannot say. */
export type RawConfig = DeepPartial<Config>
type DeepPartial<T> = T extends (infer E)[] ? DeepPartial<E>[] : T extends object ? { [K in keyof T]?: DeepPartial<T[K]> } : T

export type Gateway = Config['tunnel']['gateways'][number]
export type Worker = Config['workers'][number]
export type Tenant = Config['tenants'][number]
export type Registry = Config['registries'][number]
export type Repository = Config['packages']['kubernetes']
