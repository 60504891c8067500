/**
 * Whether a kind lives in namespaces: known for the common ones, even while the API server is away.
 */
import type { Api } from './api.ts'
import type { KubernetesObject } from './objects.ts'

const NAMESPACED = new Set([
  'ConfigMap', 'ControllerRevision', 'CronJob', 'CSIStorageCapacity', 'DaemonSet', 'Deployment', 'Endpoints', 'EndpointSlice', 'Event',
  'HorizontalPodAutoscaler', 'Ingress', 'Job', 'Lease', 'LimitRange', 'NetworkPolicy', 'PersistentVolumeClaim', 'Pod',
  'PodDisruptionBudget', 'PodTemplate', 'ReplicaSet', 'ReplicationController', 'ResourceQuota', 'Role', 'RoleBinding', 'Secret', 'Service',
  'ServiceAccount', 'StatefulSet',
])
const CLUSTER_WIDE = new Set([
  'APIService', 'CertificateSigningRequest', 'ClusterRole', 'ClusterRoleBinding', 'CSIDriver', 'CSINode', 'CustomResourceDefinition',
  'FlowSchema', 'IngressClass', 'MutatingWebhookConfiguration', 'Namespace', 'Node', 'PersistentVolume', 'PriorityClass',
  'PriorityLevelConfiguration', 'RuntimeClass', 'StorageClass', 'ValidatingWebhookConfiguration', 'VolumeAttachment',
])

/** The scopes of CRDs that this program makes; the API server may not know them yet. */
export type Definitions = Map<string, string>

export function isDefinition({ apiVersion, kind }: KubernetesObject): boolean {
  return kind === 'CustomResourceDefinition' && (apiVersion ?? '').startsWith('apiextensions.k8s.io/')
}

export function remember(definitions: Definitions, { spec }: KubernetesObject): void {
  definitions.set(`${spec?.group}/${spec?.names?.kind}`, spec?.scope)
}

/** A kind that nobody knows is taken for a namespaced one; the API server has the last word. */
export function isNamespaced({ apiVersion = '', kind = '' }: KubernetesObject, definitions: Definitions, api: Api | undefined): boolean {
  const group = apiVersion.includes('/') ? apiVersion.split('/')[0]! : ''
  const builtIn = group === '' || !group.includes('.') || group.endsWith('.k8s.io')
  if (builtIn && NAMESPACED.has(kind)) return true
  if (builtIn && CLUSTER_WIDE.has(kind)) return false
  const scope = definitions.get(`${group}/${kind}`)
  if (scope) return scope === 'Namespaced'
  return api?.find(apiVersion, kind)?.namespaced ?? true
}
