import { posix } from 'node:path'
import { objectsOfKind } from '../../kubernetes.ts'
import { demand, refuse, type ResourceRule } from '../../rule.ts'

const SYSTEM = /^\/(?:(?:bin|boot|dev|etc|home|lib\w*|opt\/(?:bin|cni)|proc|root|run|sbin|sys|usr)(?:\/|$)|var\/(?:run|log|spool|lib\/(?:cloud|cni|containerd|containers|crio|docker|dpkg|etcd|kubelet|kube-proxy|rancher|systemd))(?:\/|$)|(?:opt|var|var\/lib)?\/?$)/

export const localVolumes: ResourceRule = {
  id: 'storage-local-volumes',
  title: "Every local PersistentVolume is tied to its node, lies outside of the system's folders, and keeps its data.",
  severity: 'high',
  frameworks: { mtb: ['Require PersistentVolumes with reclaim policy'] },
  why: "Without the affinity the scheduler mounts the path of any node; below /etc or /var/lib/kubelet it is the node's own; reclaimed at once, the next tenant finds it.",
  fix: 'Set nodeAffinity, a path below /mnt or /srv or a folder of its own, and persistentVolumeReclaimPolicy Retain (LocalStorage does).',
  url: 'https://kubernetes.io/docs/concepts/storage/volumes/#local',
  looksAt: 'inputs',
  about: ['PersistentVolume'],
  check: (resource) =>
    objectsOfKind(resource, 'PersistentVolume').filter(({ object, patch }) => !patch && !object.get('spec', 'local').isAbsent).flatMap(({ object }) => {
      const spec = object.get('spec')
      return [
        ...demand(spec.get('nodeAffinity', 'required', 'nodeSelectorTerms'), (terms) => Array.isArray(terms) && terms.length > 0, 'is not set'),
        ...demand(spec.get('local', 'path'), (path) => typeof path === 'string' && isOutside(path), 'is a folder of the system (not shown)'),
        ...refuse(spec.get('persistentVolumeReclaimPolicy'), (policy) => policy === 'Retain', 'is not "Retain"'),
      ]
    }),
}

/** As the node reads it, to which //etc and /./etc are /etc; where `..` leads to, only the node knows. */
function isOutside(path: string): boolean {
  return !path.split('/').includes('..') && !SYSTEM.test(posix.normalize(path))
}
