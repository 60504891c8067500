/** Local volumes of workers, each with a hard size. */
import * as k8s from '@pulumi/kubernetes'
import * as pulumi from '@pulumi/pulumi'
import { type Host, HostSection } from '../../host/engine.ts'
import { type LocalVolume, renderPersistentVolume, renderStorageClass, renderVolumes, storageClassName } from './render.ts'

export interface LocalStorageArgs {
  hosts: LocalStorageHostArgs[]
}

export interface LocalStorageHostArgs extends Host {
  /** Name of the node. */
  nodeName: string
  /** Folder on the host that holds the backing files. */
  path: string
  volumes: LocalVolume[]
}

/** The StorageClass `local-storage-vps`, volumes on the hosts and a PersistentVolume for each. */
export class LocalStorage extends pulumi.ComponentResource {
  readonly storageClassName = storageClassName
  /** Host volumes by node: they must be mounted before the kubelet starts pods. */
  readonly mounted: Record<string, pulumi.Resource[]>

  constructor(name: string, args: LocalStorageArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super('annex:index:LocalStorage', name, {}, opts)
    const storageClass = new k8s.storage.v1.StorageClass(name, renderStorageClass(), { parent: this })
    const hosts = args.hosts.filter(({ volumes }) => volumes.length > 0)
    this.mounted = Object.fromEntries(hosts.map((host) => [host.nodeName, [createVolumes(this, name, host, storageClass)]]))
    this.registerOutputs({ storageClassName })
  }
}

function createVolumes(parent: pulumi.Resource, name: string, host: LocalStorageHostArgs, storageClass: pulumi.Resource): pulumi.Resource {
  const section = new HostSection(`${name}-${host.nodeName}`, {
    connection: host.connection,
    generations: host.generations,
    document: renderVolumes(host.path, host.volumes),
  }, { parent })
  for (const volume of host.volumes) {
    new k8s.core.v1.PersistentVolume(`${name}-${host.nodeName}-${volume.name}`, renderPersistentVolume(host.nodeName, volume), { parent, dependsOn: [section, storageClass] })
  }
  return section
}
