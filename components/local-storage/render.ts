/** Volumes with a hard size on one host, and how the cluster sees them, as plain data. */
import type { HostDocument } from '../../host/document.ts'

export interface LocalVolume {
  name: string
  /** Kubernetes quantity in binary units, like 512Mi. */
  size: string
}

export const storageClassName = 'local-storage-vps'
export const storageSection = 'local-storage'
/** Where the file systems are mounted, the static provisioner's discovery folder. */
const mounts = '/mnt/annex'

const unitBytes: Record<string, number> = { Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 }

/** Bytes of a size. @throws Error for a unit other than Mi, Gi and Ti. */
export function bytes(size: string): number {
  const [, count, unit] = /^(\d+)(\w\w)$/.exec(size) ?? []
  const factor = unitBytes[unit ?? '']
  if (factor === undefined) throw new Error(`LocalStorage: a size in Mi, Gi or Ti is needed, not ${size}`)
  return Number(count) * factor
}

/** A file system per volume, in a fully allocated file: the size is hard also where the kernel has no disk quotas. */
export function renderVolumes(path: string, volumes: LocalVolume[]): HostDocument {
  return {
    section: storageSection,
    items: volumes.map(({ name, size }) => ({ kind: 'volume', name, image: `${path}/${name}.img`, path: mountPoint(name), size: bytes(size) })),
  }
}

/** The class of all local volumes: bound on first consumer, so that the scheduler chooses node and volume together. */
export function renderStorageClass() {
  return {
    metadata: { name: storageClassName, labels: { 'app.kubernetes.io/managed-by': 'annex' } },
    provisioner: 'kubernetes.io/no-provisioner',
    volumeBindingMode: 'WaitForFirstConsumer',
    reclaimPolicy: 'Retain',
  }
}

export function renderPersistentVolume(node: string, { name, size }: LocalVolume) {
  return {
    metadata: { name: `${node}-${name}`, labels: { 'app.kubernetes.io/managed-by': 'annex', 'kubernetes.io/hostname': node } },
    spec: {
      capacity: { storage: size },
      accessModes: ['ReadWriteOnce'],
      persistentVolumeReclaimPolicy: 'Retain',
      storageClassName,
      local: { path: mountPoint(name) },
      nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [node] }] }] } },
    },
  }
}

function mountPoint(name: string): string {
  return `${mounts}/${name}`
}
