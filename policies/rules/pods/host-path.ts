import { checkPods, objectsOf } from '../../kubernetes.ts'
import { refuse, type Fault, type Resource, type Rule } from '../../rule.ts'

export const hostPath: Rule = {
  id: 'pods-host-path',
  title: 'No pod and no PersistentVolume mounts a path of the node.',
  severity: 'critical',
  why: "A path of the node holds other tenants' data, the kubelet's credentials or the runtime's socket; through a PersistentVolume even a restricted pod gets it.",
  fix: 'Use a claim on local-storage-vps, an emptyDir, a ConfigMap or a projected volume; a platform pod that needs the path goes into policies/exceptions.ts.',
  references: ['https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline'],
  looksAt: 'inputs',
  check: (resource) => [...inPods(resource), ...inPersistentVolumes(resource)],
}

const MESSAGE = 'is set (the path is not shown)'

function inPods(resource: Resource): Fault[] {
  return checkPods(resource, (podSpec) =>
    podSpec
      .get('volumes')
      .items()
      .flatMap((volume) => refuse(volume.get('hostPath'), () => false, MESSAGE)),
  )
}

function inPersistentVolumes(resource: Resource): Fault[] {
  return objectsOf(resource)
    .filter(({ kind }) => kind === 'PersistentVolume')
    .flatMap(({ object }) => refuse(object.get('spec', 'hostPath'), () => false, MESSAGE))
}
