/** Local volumes of workers, each with a hard size. */
import * as k8s from '@pulumi/kubernetes'
import * as pulumi from '@pulumi/pulumi'
import { type Host, HostSection } from '../../host/engine.ts'
import { type Capacity, capacityOf } from './capacity.ts'
import { storageClassValues } from './chart-values.ts'
import { type LocalVolume, type Pool, renderPersistentVolume, renderStorageClass, renderVolumes, storageClassName, volumeName } from './render.ts'

export interface LocalStorageArgs {
  /** Workers; those without volumes are left alone. */
  hosts: LocalStorageHostArgs[]
}

export interface LocalStorageHostArgs extends Host {
  /** Name of the node. */
  nodeName: string
  /** Where the volumes take their room from. */
  pool: Pool
  volumes: LocalVolume[]
}

/** The StorageClass `local-storage-vps`, volumes on the hosts and a PersistentVolume for each. `VolumeAgents` offers them again after use. */
export class LocalStorage extends pulumi.ComponentResource {
  readonly storageClassName = storageClassName
  /** Host volumes by node: they must be mounted before the kubelet starts pods. */
  readonly mounted: Record<string, pulumi.Resource[]>
  /** By node: what its volumes may take, and what they take. */
  readonly capacity: Record<string, Capacity>

  constructor(name: string, args: LocalStorageArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super('annex:index:LocalStorage', name, {}, opts)
    const storageClass = new k8s.storage.v1.StorageClass(name, renderStorageClass(), { parent: this })
    const hosts = args.hosts.filter(({ volumes }) => volumes.length > 0)
    this.mounted = Object.fromEntries(hosts.map((host) => [host.nodeName, [createVolumes(this, name, host, storageClass)]]))
    this.capacity = Object.fromEntries(hosts.map(({ nodeName, pool, volumes }) => [nodeName, capacityOf(pool, volumes)]))
    this.registerOutputs({ storageClassName, capacity: this.capacity })
  }

  /** Helm values that give a chart this class. @param paths dotted, like `pgIam.persistent.storageClassName`; `findClasses` finds them in a chart's default values */
  chartValues(...paths: string[]): Record<string, unknown> {
    return storageClassValues(paths)
  }
}

function createVolumes(parent: pulumi.Resource, name: string, host: LocalStorageHostArgs, storageClass: pulumi.Resource): pulumi.Resource {
  const section = new HostSection(`${name}-${host.nodeName}`, {
    connection: host.connection,
    generations: host.generations,
    document: renderVolumes(host.nodeName, host.pool, host.volumes),
  }, { parent })
  for (const volume of host.volumes) {
    new k8s.core.v1.PersistentVolume(`${name}-${volumeName(host.nodeName, volume.name)}`, renderPersistentVolume(pulumi.getStack(), host.nodeName, volume), { parent, dependsOn: [section, storageClass] })
  }
  return section
}
