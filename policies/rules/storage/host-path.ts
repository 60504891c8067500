import { objectsOfKind } from '../../kubernetes.ts'
import { refuse, type ResourceRule } from '../../rule.ts'

export const volumeHostPath: ResourceRule = {
  id: 'storage-host-path',
  title: 'No PersistentVolume is a path of whatever node its pod runs on.',
  severity: 'critical',
  frameworks: { nsa: ['Pod security: hostPath'], mtb: ['Block use of bind mounts'] },
  why: 'Through such a volume even a restricted pod gets a path of the node; Pod Security looks at pods only.',
  fix: 'Use a local volume with a node affinity (LocalStorage makes them), or a storage driver.',
  url: 'https://kubernetes.io/docs/concepts/storage/persistent-volumes/#types-of-persistent-volumes',
  looksAt: 'inputs',
  about: ['PersistentVolume'],
  check: (resource) =>
    objectsOfKind(resource, 'PersistentVolume').flatMap(({ object }) => refuse(object.get('spec', 'hostPath'), () => false, 'is set (the path is not shown)')),
}
