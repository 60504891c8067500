import { Random } from './random.ts'

/** As much of a pod as is generated here. */
export interface GeneratedPod {
  metadata: { name: string; annotations?: Record<string, string>; labels: Record<string, string> }
  spec: PodSpec
}

interface PodSpec extends Holder {
  containers: Container[]
  initContainers?: Container[]
  volumes?: Record<string, unknown>[]
  [field: string]: unknown
}

interface Holder {
  securityContext?: Record<string, unknown>
}

interface Container extends Holder {
  name: string
  [field: string]: unknown
}

/** One way to break one control, in a pod that keeps all of them. */
type Breach = (pod: GeneratedPod, random: Random) => void

export interface Control {
  /** The rule that is to find it. */
  rule: string
  level: 'baseline' | 'restricted'
  breach: Breach
}

const somewhere = (pod: GeneratedPod, random: Random): Container => random.pick([...pod.spec.containers, ...(pod.spec.initContainers ?? [])])
const holder = (pod: GeneratedPod, random: Random): Holder => (random.chance(0.4) ? pod.spec : somewhere(pod, random))
const set = (it: Holder, fields: Record<string, unknown>): void => {
  it.securityContext = { ...it.securityContext, ...fields }
}
const unset = (it: Holder, ...fields: string[]): void => {
  it.securityContext = Object.fromEntries(Object.entries(it.securityContext ?? {}).filter(([name]) => !fields.includes(name)))
}
const addVolume = (pod: GeneratedPod, source: Record<string, unknown>): void => {
  pod.spec.volumes = [...(pod.spec.volumes ?? []), { name: `extra-${pod.spec.volumes?.length ?? 0}`, ...source }]
}
const addPort = (pod: GeneratedPod, random: Random, hostPort: number | undefined): void => {
  const ports = { name: `p${random.below(1000)}`, containerPort: 8000 + random.below(1000), ...(hostPort === undefined ? {} : { hostPort }) }
  somewhere(pod, random)['ports'] = [ports]
}
const addHandler = (pod: GeneratedPod, random: Random, host: string | undefined): void => {
  const container = random.pick(pod.spec.containers)
  const where = host === undefined ? {} : { host }
  const handler = random.chance(0.5) ? { httpGet: { port: 80, ...where } } : { tcpSocket: { port: 80, ...where } }
  const place = random.pick(['livenessProbe', 'readinessProbe', 'startupProbe', 'postStart', 'preStop'])
  if (place.endsWith('Probe')) container[place] = handler
  else container['lifecycle'] = { [place]: 'httpGet' in handler ? handler : { httpGet: { port: 80, ...where } } }
}
const addCapability = (pod: GeneratedPod, random: Random, name: string): void => {
  const container = somewhere(pod, random)
  const before = container.securityContext?.['capabilities'] as { add?: string[] } | undefined
  set(container, { capabilities: { ...before, add: [...(before?.add ?? []), name] } })
}
const annotate = (pod: GeneratedPod, key: string, value: string): void => {
  pod.metadata.annotations = { ...pod.metadata.annotations, [key]: value }
}
const appArmor = 'container.apparmor.security.beta.kubernetes.io/'

/** Kinds of volumes that restricted refuses, with the least that the API server wants to see in them. */
const otherVolumes: Record<string, unknown>[] = [
  { nfs: { server: 'nfs.example', path: '/' } },
  { iscsi: { targetPortal: '192.0.2.1:3260', iqn: 'iqn.2001-04.com.example:storage.disk1', lun: 0 } },
  { gcePersistentDisk: { pdName: 'it' } },
  { awsElasticBlockStore: { volumeID: 'it' } },
  { gitRepo: { repository: 'https://git.example/it' } },
  { glusterfs: { endpoints: 'it', path: 'it' } },
  { rbd: { monitors: ['it'], image: 'it' } },
  { flexVolume: { driver: 'example/it' } },
  { cinder: { volumeID: 'it' } },
  { cephfs: { monitors: ['it'] } },
  { flocker: { datasetName: 'it' } },
  { fc: { targetWWNs: ['50060e801049cfd1'], lun: 0 } },
  { azureFile: { secretName: 'it', shareName: 'it' } },
  { vsphereVolume: { volumePath: 'it' } },
  { quobyte: { registry: 'it:1', volume: 'it' } },
  { azureDisk: { diskName: 'it', diskURI: 'https://blob.example/it.vhd' } },
  { portworxVolume: { volumeID: 'it' } },
  { photonPersistentDisk: { pdID: 'it' } },
  { scaleIO: { gateway: 'https://it.example', system: 'it', volumeName: 'it', secretRef: { name: 'it' } } },
  { storageos: { volumeName: 'it' } },
]

const allowedVolumes: Record<string, unknown>[] = [
  {},
  { emptyDir: {} },
  { configMap: { name: 'it' } },
  { secret: { secretName: 'it' } },
  { projected: { sources: [] } },
  { downwardAPI: { items: [] } },
  { csi: { driver: 'it.example' } },
  { persistentVolumeClaim: { claimName: 'it' } },
  { ephemeral: { volumeClaimTemplate: { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } } } },
  { image: { reference: 'example.com/it:1' } },
]

const badCapabilities = ['NET_RAW', 'SYS_ADMIN', 'NET_ADMIN', 'SYS_PTRACE', 'BPF', 'ALL', 'CAP_CHOWN', 'chown', 'WAKE_ALARM']
const baselineCapabilities = ['AUDIT_WRITE', 'CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'MKNOD', 'SETFCAP', 'SETGID', 'SETPCAP', 'SETUID', 'SYS_CHROOT']
const badSysctls = ['kernel.msgmax', 'net.core.somaxconn', 'net.ipv4.ip_forward', 'fs.mqueue.msg_max', 'net/ipv4/tcp_rmem']
const safeSysctls = ['kernel.shm_rmid_forced', 'net.ipv4.tcp_syncookies', 'net.ipv4.ip_local_reserved_ports', 'net.ipv4.tcp_keepalive_time', 'net.ipv4.tcp_rmem']

export const controls: readonly Control[] = [
  {
    rule: 'pods-privileged',
    level: 'baseline',
    breach: (pod, random) => {
      const container = somewhere(pod, random)
      // The API server takes no container that is both.
      unset(container, 'allowPrivilegeEscalation')
      set(container, { privileged: true })
    },
  },
  { rule: 'pods-capabilities', level: 'baseline', breach: (pod, random) => addCapability(pod, random, random.pick(badCapabilities)) },
  { rule: 'pods-host-namespaces', level: 'baseline', breach: (pod, random) => { pod.spec[random.pick(['hostNetwork', 'hostPID', 'hostIPC'])] = true } },
  { rule: 'pods-host-path', level: 'baseline', breach: (pod, random) => addVolume(pod, { hostPath: { path: random.pick(['/', '/etc', '/var/run/docker.sock']) } }) },
  { rule: 'pods-host-ports', level: 'baseline', breach: (pod, random) => addPort(pod, random, 1 + random.below(65000)) },
  { rule: 'pods-host-probes', level: 'baseline', breach: (pod, random) => addHandler(pod, random, random.pick(['127.0.0.1', 'metadata.example', '10.0.0.1'])) },
  {
    rule: 'pods-host-process',
    level: 'baseline',
    breach: (pod, random) => {
      // Such a pod is one of Windows, and the API server wants it in the node's network.
      asWindows(pod)
      pod.spec['hostNetwork'] = true
      if (random.chance(0.5)) set(pod.spec, { windowsOptions: { hostProcess: true } })
      else for (const container of [...pod.spec.containers, ...(pod.spec.initContainers ?? [])]) set(container, { windowsOptions: { hostProcess: true } })
    },
  },
  {
    rule: 'pods-app-armor',
    level: 'baseline',
    breach: (pod, random) => {
      delete pod.metadata.annotations
      for (const it of [pod.spec, ...pod.spec.containers, ...(pod.spec.initContainers ?? [])]) unset(it, 'appArmorProfile')
      if (random.chance(0.4)) annotate(pod, `${appArmor}${somewhere(pod, random).name}`, 'unconfined')
      else set(holder(pod, random), { appArmorProfile: { type: 'Unconfined' } })
    },
  },
  {
    rule: 'pods-se-linux',
    level: 'baseline',
    breach: (pod, random) => set(holder(pod, random), { seLinuxOptions: random.pick([{ type: 'spc_t' }, { user: 'root' }, { role: 'sysadm_r' }, { type: 'container_t', user: 'u' }, { type: 'Container_t' }]) }),
  },
  {
    rule: 'pods-proc-mount',
    level: 'baseline',
    breach: (pod, random) => {
      pod.spec['hostUsers'] = true
      set(somewhere(pod, random), { procMount: 'Unmasked' })
    },
  },
  { rule: 'pods-seccomp', level: 'baseline', breach: (pod, random) => set(holder(pod, random), { seccompProfile: { type: 'Unconfined' } }) },
  {
    rule: 'pods-sysctls',
    level: 'baseline',
    breach: (pod, random) => set(pod.spec, { sysctls: [{ name: random.pick(badSysctls), value: '1' }, ...(random.chance(0.5) ? [{ name: 'net.ipv4.tcp_syncookies', value: '1' }] : [])] }),
  },
  { rule: 'pods-volume-types', level: 'restricted', breach: (pod, random) => addVolume(pod, random.pick(otherVolumes)) },
  {
    rule: 'pods-privilege-escalation',
    level: 'restricted',
    breach: (pod, random) => {
      const container = somewhere(pod, random)
      if (random.chance(0.5)) unset(container, 'allowPrivilegeEscalation')
      else set(container, { allowPrivilegeEscalation: true })
    },
  },
  {
    rule: 'pods-capabilities-dropped',
    level: 'restricted',
    breach: (pod, random) => {
      const container = somewhere(pod, random)
      const drop = random.pick([undefined, [], ['NET_RAW'], ['all'], ['CAP_ALL']])
      if (random.chance(0.5)) set(container, { capabilities: { ...(drop === undefined ? {} : { drop }) } })
      else addCapability(pod, random, random.pick(baselineCapabilities))
    },
  },
  {
    rule: 'pods-run-as-non-root',
    level: 'restricted',
    breach: (pod, random) => {
      delete pod.spec['hostUsers']
      const way = random.below(3)
      if (way === 0) set(pod.spec, { runAsNonRoot: false })
      if (way === 1) set(somewhere(pod, random), { runAsNonRoot: false })
      if (way === 2) {
        unset(pod.spec, 'runAsNonRoot')
        unset(random.pick(pod.spec.containers), 'runAsNonRoot')
      }
    },
  },
  {
    rule: 'pods-run-as-user',
    level: 'restricted',
    breach: (pod, random) => {
      delete pod.spec['hostUsers']
      set(holder(pod, random), { runAsUser: 0 })
    },
  },
  {
    rule: 'pods-seccomp-set',
    level: 'restricted',
    breach: (pod, random) => {
      unset(pod.spec, 'seccompProfile')
      unset(random.pick(pod.spec.containers), 'seccompProfile')
    },
  },
  {
    rule: 'pods-proc-mount-masked',
    level: 'restricted',
    breach: (pod, random) => {
      pod.spec['hostUsers'] = false
      set(somewhere(pod, random), { procMount: 'Unmasked' })
    },
  },
]

/** What a pod that breaks nothing may have besides. */
const harmless: readonly Breach[] = [
  (pod) => set(pod.spec, { fsGroup: 1000, supplementalGroups: [1] }),
  (pod, random) => set(holder(pod, random), { runAsUser: 1 + random.below(65000) }),
  (pod, random) => set(somewhere(pod, random), { privileged: false, readOnlyRootFilesystem: random.chance(0.5) }),
  (pod, random) => set(somewhere(pod, random), { procMount: 'Default' }),
  (pod, random) => set(holder(pod, random), { seLinuxOptions: random.pick([{}, { type: '' }, { type: 'container_t' }, { type: 'container_init_t', level: 's0:c1,c2' }, { type: 'container_kvm_t' }, { type: 'container_engine_t' }]) }),
  (pod, random) => set(holder(pod, random), { appArmorProfile: random.pick([{ type: 'RuntimeDefault' }, { type: 'Localhost', localhostProfile: 'it' }]) }),
  (pod, random) => set(holder(pod, random), { seccompProfile: random.pick([{ type: 'RuntimeDefault' }, { type: 'Localhost', localhostProfile: 'it.json' }]) }),
  (pod, random) => set(pod.spec, { sysctls: [{ name: random.pick(safeSysctls), value: '1' }] }),
  (pod, random) => addCapability(pod, random, 'NET_BIND_SERVICE'),
  (pod, random) => addVolume(pod, random.pick(allowedVolumes)),
  (pod, random) => addVolume(pod, random.pick(allowedVolumes)),
  (pod, random) => addPort(pod, random, random.pick([undefined, 0])),
  (pod, random) => addHandler(pod, random, random.pick([undefined, ''])),
  (pod, random) => { pod.spec[random.pick(['hostNetwork', 'hostPID', 'hostIPC'])] = false },
  (pod, random) => { pod.spec['hostUsers'] = random.chance(0.5) },
  (pod) => { pod.spec['os'] = { name: 'linux' } },
  (pod) => { pod.spec['automountServiceAccountToken'] = false },
  (pod) => annotate(pod, 'example.com/it', 'unconfined'),
  // What makes root harmless since 1.35.
  (pod) => {
    pod.spec['hostUsers'] = false
    set(pod.spec, { runAsNonRoot: false, runAsUser: 0 })
  },
]

/** A pod that keeps every control, with a random number of containers, each of which says itself or by its pod what it keeps to. */
function keeping(name: string, random: Random): GeneratedPod {
  const byPod = random.chance(0.7)
  const settings = { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } }
  const containers = (prefix: string, count: number): Container[] =>
    Array.from({ length: count }, (_, index) => ({
      name: `${prefix}-${index}`,
      image: 'example.com/it:1',
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: random.pick([['ALL'], ['ALL', 'NET_RAW']]) }, ...(byPod ? {} : settings) },
    }))
  const pod: GeneratedPod = {
    metadata: { name, labels: { app: name } },
    spec: { containers: containers('app', 1 + random.below(3)), ...(byPod ? { securityContext: settings } : {}) },
  }
  if (random.chance(0.4)) pod.spec.initContainers = containers('init', 1 + random.below(2))
  return pod
}

/** A pod of Windows may have none of the fields of Linux, and restricted does not ask for them. */
function asWindows(pod: GeneratedPod): void {
  pod.spec = {
    os: { name: 'windows' },
    securityContext: { runAsNonRoot: true },
    containers: pod.spec.containers.map(({ name, image }) => ({ name, image })),
    ...(pod.spec.initContainers === undefined ? {} : { initContainers: pod.spec.initContainers.map(({ name, image }) => ({ name, image })) }),
  }
  delete pod.metadata.annotations
}

export interface Sample {
  pod: GeneratedPod
  /** The one control that it breaks on purpose; undefined: none, or several. */
  alone: Control | undefined
  /** It breaks some controls, any number of them. */
  several: boolean
}

/** Of five pods two break one control each, in turn, two break none, and one breaks some. The same for the same seed. */
export function samples(count: number, seed: number): Sample[] {
  const random = new Random(seed)
  let turn = 0
  return Array.from({ length: count }, (_, index) => {
    const pod = keeping(`pod-${index}`, random)
    const kind = index % 5
    const alone = kind < 2 ? controls[turn++ % controls.length]! : undefined
    // A control that is broken alone is broken last, and nothing harmless may hide it.
    if (alone === undefined) for (let extra = random.below(4); extra > 0; extra--) random.pick(harmless)(pod, random)
    if (kind === 2 && random.chance(0.2)) asWindows(pod)
    alone?.breach(pod, random)
    if (kind === 4) for (let breaches = 1 + random.below(4); breaches > 0; breaches--) random.pick(controls).breach(pod, random)
    return { pod, alone, several: kind === 4 }
  })
}
