import { checkPods } from '../../pods.ts'
import { demand, refuse, type ResourceRule, unverifiable } from '../../rule.ts'

export const tolerations: ResourceRule = {
  id: 'tenancy-tolerations',
  title: 'No pod tolerates every taint, or picks its node past the scheduler.',
  severity: 'medium',
  frameworks: { mtb: ['Require node isolation'] },
  why: 'Taints and affinity are what keep tenants on their nodes; such a pod lands wherever it likes.',
  fix: 'Remove tolerations without a key and the field nodeName; DaemonSets of the platform go into policies/exceptions.ts.',
  url: 'https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/',
  looksAt: 'inputs',
  about: ['pods'],
  check: (resource) =>
    checkPods(resource, ({ spec }) => [
      ...refuse(spec.get('nodeName'), (value) => value === '', 'is set'),
      ...spec.get('tolerations').items().filter((toleration) => toleration.isUnknown || toleration.get('operator').value === 'Exists' || (toleration.get('operator').isUnknown && toleration.get('key').isAbsent)).flatMap((toleration) =>
        toleration.get('operator').isUnknown ? [unverifiable(toleration.get('operator'))] : demand(toleration.get('key'), (value) => typeof value === 'string' && value !== '', 'is not set, so every taint is tolerated'),
      ),
    ]),
}
