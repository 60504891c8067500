import type { Field } from '../../field.ts'
import { checkPods } from '../../pods.ts'
import { type Fault, type ResourceRule, unverifiable, violation } from '../../rule.ts'

const ALLOWED = ['configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral', 'image', 'persistentVolumeClaim', 'projected', 'secret']

export const volumeTypes: ResourceRule = {
  id: 'pods-volume-types',
  title: 'Every volume of a pod is of a kind that the restricted standard allows.',
  severity: 'high',
  frameworks: { pss: ['restricted', 'restrictedVolumes'], nsa: ['Pod security: volumes'], mtb: ['Require PersistentVolumeClaim for storage'] },
  why: 'The other kinds hand a path of the node or a storage server to the pod, past PersistentVolumes and who may bind them.',
  fix: `Use one of ${ALLOWED.join(', ')}.`,
  url: 'https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted',
  replaces: 'pods-host-path',
  looksAt: 'inputs',
  about: ['pods'],
  check: (resource) => checkPods(resource, ({ spec }) => spec.get('volumes').items().flatMap(check)),
}

function check(volume: Field): Fault[] {
  if (volume.isUnknown) return [unverifiable(volume)]
  const sources = volume.entries().filter(({ key, isAbsent }) => key !== 'name' && !isAbsent)
  // The API server makes an emptyDir of a volume without a source.
  if (sources.length === 0 || sources.some(({ key }) => ALLOWED.includes(key))) return []
  return sources.map((source) => (source.isUnknown ? unverifiable(source) : violation(source, 'is a kind of volume that the restricted standard does not allow')))
}
