import { objectsOfKind } from '../../kubernetes.ts'
import { demand, type ResourceRule } from '../../rule.ts'

const KINDS: readonly Capitalize<string>[] = [
  'Pod', 'PodTemplate', 'Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'ReplicationController', 'Job', 'CronJob', 'Service', 'ConfigMap', 'Secret', 'PersistentVolumeClaim',
  'ServiceAccount', 'Role', 'RoleBinding', 'Ingress', 'NetworkPolicy', 'ResourceQuota', 'LimitRange', 'HorizontalPodAutoscaler', 'PodDisruptionBudget',
  'Endpoints', 'HTTPRoute', 'GRPCRoute', 'TLSRoute',
]

export const defaultNamespace: ResourceRule = {
  id: 'tenancy-default-namespace',
  title: 'No object is in the namespace default.',
  severity: 'low',
  frameworks: { cis: ['5.6.4'], nsa: ['Namespaces'], mtb: ['Require namespaces'] },
  why: 'What is in default belongs to nobody: no quota, no policies, no level of Pod Security.',
  fix: 'Set metadata.namespace to the namespace of the tenant or of the platform.',
  url: 'https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/',
  looksAt: 'inputs',
  about: KINDS,
  check: (resource) =>
    objectsOfKind(resource, ...KINDS).filter(({ patch, object }) => !patch || object.get('metadata').has('namespace')).flatMap(({ object }) => {
      const namespace = object.get('metadata', 'namespace')
      return demand(namespace, (value) => typeof value === 'string' && value !== '' && value !== 'default', namespace.isAbsent ? 'is not set, which is "default"' : 'is "default" or no name')
    }),
}
