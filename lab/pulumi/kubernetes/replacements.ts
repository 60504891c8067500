/**
 * Which changes make a new object: fields that the API server does not let anyone change.
 * Source: provider/pkg/provider/diff.go in pulumi/pulumi-kubernetes.
 */
import { typeOf, type KubernetesObject } from './objects.ts'

/** Paths such as `spec.containers[*].image`; `metadata.name` and `metadata.namespace` are always among them. */
export function forceNew(object: KubernetesObject, isPatch: boolean): string[] {
  const type = typeOf(object)
  if (isPatch) return IDENTITY
  if (type === 'v1/Secret') return [...IDENTITY, 'type', 'stringData', 'data']
  if (type === 'v1/ConfigMap') return [...IDENTITY, 'binaryData', 'data']
  return [...IDENTITY, ...(BY_TYPE[type] ?? [])]
}

/** Whether a change of `value` at `path` reaches one of the paths. */
export function reaches(path: (string | number)[], value: unknown, forced: string[]): boolean {
  const changed = path.reduceRight<unknown>((inner, key) => (typeof key === 'number' ? [inner] : { [key]: inner }), value)
  return forced.some((pattern) => has(changed, pattern.replaceAll('[*]', '.*').split('.')))
}

function has(value: unknown, [key, ...rest]: string[]): boolean {
  if (key === undefined) return true
  if (key === '*') return Array.isArray(value) && value.some((item) => has(item, rest))
  return typeof value === 'object' && value !== null && key in value && has((value as { [key: string]: unknown })[key], rest)
}

const IDENTITY = ['metadata.name', 'metadata.namespace']

const CONTAINER = [
  'args', 'command', 'env', 'image', 'imagePullPolicy', 'lifecycle', 'livenessProbe', 'ports', 'readinessProbe', 'resources',
  'securityContext', 'stdin', 'stdinOnce', 'terminationMessagePath', 'terminationMessagePolicy', 'tty', 'volumeDevices',
  'volumeMounts', 'workingDir',
]
const POD = [
  'affinity', 'automountServiceAccountToken', 'dnsConfig', 'dnsPolicy', 'enableServiceLinks', 'hostAliases', 'hostIPC',
  'hostNetwork', 'hostPID', 'hostname', 'imagePullSecrets', 'nodeName', 'nodeSelector', 'overhead', 'preemptionPolicy',
  'priority', 'priorityClassName', 'readinessGates', 'restartPolicy', 'runtimeClassName', 'schedulerName', 'securityContext',
  'serviceAccount', 'serviceAccountName', 'shareProcessNamespace', 'subdomain', 'terminationGracePeriodSeconds', 'volumes',
  ...['containers[*]', 'initContainers[*]'].flatMap((container) => CONTAINER.map((field) => `${container}.${field}`)),
]
const VOLUME_SOURCES = [
  'awsElasticBlockStore', 'azureDisk', 'azureFile', 'cephfs', 'cinder', 'csi', 'fc', 'flexVolume', 'flocker', 'gcePersistentDisk',
  'glusterfs', 'hostPath', 'iscsi', 'local', 'nfs', 'photonPersistentDisk', 'portworxVolume', 'quobyte', 'rbd', 'scaleIO',
  'storageos', 'vsphereVolume',
]

const spec = (...fields: string[]) => fields.map((field) => `spec.${field}`)

const BY_TYPE: { [type: string]: string[] } = {
  'apps/v1/DaemonSet': spec('selector'),
  'apps/v1/Deployment': spec('selector'),
  'apps/v1/StatefulSet': spec('podManagementPolicy', 'revisionHistoryLimit', 'selector', 'serviceName', 'volumeClaimTemplates'),
  'batch/v1/Job': spec('completions', 'parallelism', 'selector', 'template'),
  'rbac.authorization.k8s.io/v1/ClusterRoleBinding': ['roleRef'],
  'rbac.authorization.k8s.io/v1/RoleBinding': ['roleRef'],
  'storage.k8s.io/v1/StorageClass': ['parameters', 'provisioner'],
  'v1/PersistentVolume': spec(...VOLUME_SOURCES),
  'v1/PersistentVolumeClaim': spec('accessModes', 'selector', 'storageClassName', 'volumeName'),
  'v1/Pod': spec(...POD),
  'v1/ResourceQuota': spec('scopes'),
  'v1/Service': spec('clusterIP'),
}
