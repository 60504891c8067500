/** Volumes with a hard size on one host, and how the cluster sees them, as plain data. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { HostDocument } from '../../host/document.ts'

export interface LocalVolume {
  name: string
  /** Kubernetes quantity in binary units, like 512Mi. */
  size: string
  /** `wipe`: after its claim is gone, the host wipes it and offers it again. `retain`: it is kept until somebody releases it by hand. */
  reclaim: 'wipe' | 'retain'
}

/** Where the volumes of a host take their room from. */
export interface Pool {
  /** Folder of the volumes' files; with a disk its mount point. */
  path: string
  /** Most that all volumes may take together, like 40Gi. Default: what there is. */
  size?: string
  /** A whole disk, empty when it is first used. Default: the path is a folder of the host's own disk. */
  disk?: string
}

export const storageClassName = 'local-storage-vps'
export const storageSection = 'local-storage'
/** Where the file systems are mounted. */
const mounts = '/mnt/annex'
const command = '/usr/local/sbin/annex-volume'

const unitBytes: Record<string, number> = { Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 }

/** Bytes of a size. @throws Error for a unit other than Mi, Gi and Ti. */
export function bytes(size: string): number {
  const [, count, unit] = /^(\d+)(\w\w)$/.exec(size) ?? []
  const factor = unitBytes[unit ?? '']
  if (factor === undefined) throw new Error(`LocalStorage: a size in Mi, Gi or Ti is needed, not ${size}`)
  return Number(count) * factor
}

/**
 * A file system per volume, in a fully allocated file: the size is hard also where the kernel has no disk quotas. Beside them the
 * command that wipes what claims have left, and its unit.
 */
export function renderVolumes(node: string, pool: Pool, volumes: LocalVolume[]): HostDocument {
  const script = readFileSync(join(import.meta.dirname, 'annex-volume.sh'), 'utf8')
  const images = volumes.map((volume) => ({ ...volume, image: `${pool.path}/${volume.name}.img`, mount: mountPoint(volume.name) }))
  return {
    section: storageSection,
    items: [
      // From Debian 13 on a minimal system has none.
      { kind: 'packages', install: [{ name: 'e2fsprogs' }] },
      { kind: 'pool', path: pool.path, ...(pool.size === undefined ? {} : { size: bytes(pool.size) }), ...(pool.disk === undefined ? {} : { device: pool.disk }) },
      ...images.map(({ name, image, mount, size }) => ({ kind: 'volume' as const, name, image, path: mount, size: bytes(size) })),
      { kind: 'file', path: command, mode: '755', content: script },
      {
        kind: 'file',
        path: '/etc/annex/volumes',
        mode: '644',
        content: [`node\t${node}`, ...images.map(({ name, reclaim, image, mount }) => ['volume', name, reclaim, image, mount].join('\t')), ''].join('\n'),
      },
      { kind: 'unit', name: 'annex-volume.service', content: unit(script, pool, images.map(({ mount }) => mount)), enabled: true, running: true },
    ],
  }
}

/**
 * Before the volumes are mounted it finishes a wipe that was cut. Mounts come before basic.target, so it must not wait for that. It names
 * the script's text, so that it is started again with another one.
 */
function unit(script: string, pool: { path: string; disk?: string }, mounted: string[]): string {
  return [
    `# Written by annex, for annex-volume ${createHash('sha256').update(script).digest('hex').slice(0, 12)}.`,
    '[Unit]',
    'Description=annex: volumes that a claim has left are wiped and offered again',
    'DefaultDependencies=no',
    `RequiresMountsFor=${pool.path} /usr/local/sbin /etc/annex`,
    // Until then the root file system may be read-only.
    'After=systemd-remount-fs.service',
    `Before=shutdown.target ${mounted.map(mountUnit).join(' ')}`,
    'Conflicts=shutdown.target',
    '',
    '[Service]',
    `ExecStartPre=${command} recover`,
    `ExecStart=${command} watch`,
    'Restart=always',
    'RestartSec=5',
    'RuntimeDirectory=annex-volume',
    'RuntimeDirectoryMode=0700',
    '',
    '[Install]',
    // A disk that comes late brings it along.
    `WantedBy=multi-user.target${pool.disk === undefined ? '' : ` ${mountUnit(pool.path)}`}`,
    '',
  ].join('\n')
}

/** Of a path of lower-case letters, digits, dashes and slashes; systemd.unit(5). */
function mountUnit(path: string): string {
  return `${path.slice(1).replaceAll('-', '\\x2d').replaceAll('/', '-')}.mount`
}

/** The class of all local volumes: bound on first consumer, so that the scheduler chooses node and volume together. A claim cannot grow: its volume has its size. */
export function renderStorageClass() {
  return {
    metadata: { name: storageClassName, labels: { 'app.kubernetes.io/managed-by': 'annex' } },
    provisioner: 'kubernetes.io/no-provisioner',
    volumeBindingMode: 'WaitForFirstConsumer',
    reclaimPolicy: 'Retain',
    allowVolumeExpansion: false,
  }
}

/** Kubernetes itself never deletes data; who wipes the volume after its claim is told by the annotation. */
export function renderPersistentVolume(stack: string, node: string, { name, size, reclaim }: LocalVolume) {
  return {
    metadata: {
      name: volumeName(node, name),
      labels: { 'app.kubernetes.io/managed-by': 'annex', [volumeStackLabel]: stack, [nodeLabel]: node },
      // Pulumi would wait five minutes, and then fail, for a volume that is kept after its claim to become Available again.
      annotations: { [reclaimAnnotation]: reclaim, 'pulumi.com/skipAwait': 'true' },
    },
    spec: {
      capacity: { storage: size },
      accessModes: ['ReadWriteOnce'],
      persistentVolumeReclaimPolicy: 'Retain',
      storageClassName,
      // Not there while the file system is not mounted: the kubelet then says so instead of giving the pod the disk below.
      local: { path: `${mountPoint(name)}/data` },
      nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [{ key: nodeLabel, operator: 'In', values: [node] }] }] } },
    },
  }
}

export const nodeLabel = 'kubernetes.io/hostname'
/** What happens to a volume's data after its claim: wipe or retain. */
export const reclaimAnnotation = 'annex/reclaim'
/** Which stack made a volume: a preflight judges its own only. */
export const volumeStackLabel = 'app.kubernetes.io/instance'

/** Name of a PersistentVolume. */
export function volumeName(node: string, volume: string): string {
  return `${node}-${volume}`
}

function mountPoint(name: string): string {
  return `${mounts}/${name}`
}
