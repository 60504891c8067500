/** Ceilings of a tenant's namespace, and of what is in it. */
import { storageClassName } from '../local-storage/render.ts'
import { ownLabels } from './names.ts'
import { smaller } from './quantity.ts'
import type { Quota, TenantSpec } from './tenant.ts'

/** Kinds that a tenant makes as many of as `quota.objects` says, with how many annex and Kubernetes make besides. */
const counted: Record<string, number> = {
  configmaps: 1, secrets: 0, services: 0, replicationcontrollers: 0,
  'count/serviceaccounts': 1, 'count/deployments.apps': 0, 'count/statefulsets.apps': 0, 'count/replicasets.apps': 0, 'count/jobs.batch': 0, 'count/cronjobs.batch': 0,
  'count/ingresses.networking.k8s.io': 0, 'count/networkpolicies.networking.k8s.io': 5, 'count/horizontalpodautoscalers.autoscaling': 0,
  'count/roles.rbac.authorization.k8s.io': 1, 'count/rolebindings.rbac.authorization.k8s.io': 1,
}
/** Revisions that a StatefulSet keeps by default (`revisionHistoryLimit`), the current one, and one that is being made. */
const revisions = 12

/** Ceilings of the namespace; nothing that opens a port of a node or costs money at the cloud. */
export function renderQuota(tenant: TenantSpec, namespace: string, quota: Quota) {
  return {
    metadata: { name: 'tenant', namespace, labels: ownLabels(tenant.name, 'quota') },
    spec: {
      hard: {
        'requests.cpu': quota.cpu,
        'requests.memory': quota.memory,
        'requests.ephemeral-storage': quota.ephemeralStorage,
        'limits.cpu': quota.cpu,
        'limits.memory': quota.memory,
        'limits.ephemeral-storage': quota.ephemeralStorage,
        'requests.storage': quota.storage,
        persistentvolumeclaims: String(quota.claims),
        [`${storageClassName}.storageclass.storage.k8s.io/requests.storage`]: quota.storage,
        [`${storageClassName}.storageclass.storage.k8s.io/persistentvolumeclaims`]: String(quota.claims),
        pods: String(quota.pods),
        // Finished ones too, which the line above does not count.
        'count/pods': String(quota.pods + quota.objects),
        ...Object.fromEntries(Object.entries(counted).map(([kind, besides]) => [kind, String(quota.objects + besides)])),
        'count/controllerrevisions.apps': String(quota.objects * revisions),
        // This one, and that of affinity.
        resourcequotas: '2',
        'services.nodeports': '0',
        'services.loadbalancers': '0',
      },
    },
  }
}

/**
 * No pod says what pods of other namespaces may stand beside it: one with an anti-affinity to them all, over a whole zone, would keep the
 * scheduler from placing any other tenant's pod, and those of the cluster itself.
 */
export function renderAffinityQuota(tenant: TenantSpec, namespace: string) {
  return {
    metadata: { name: 'tenant-affinity', namespace, labels: ownLabels(tenant.name, 'quota') },
    spec: {
      hard: { pods: '0' },
      scopeSelector: { matchExpressions: [{ scopeName: 'CrossNamespacePodAffinity', operator: 'Exists' }] },
    },
  }
}

/**
 * The least of a container and of a pod. To the kubelet a limit of 0 is none, and neither the quota nor a maximum would see it.
 * (`ResourceConfigForPod` and `MilliCPUToQuota` in Kubernetes' pkg/kubelet/cm, `containerEphemeralStorageLimitEviction` in pkg/kubelet/eviction.)
 */
const min = { cpu: '1m', memory: '1Mi', 'ephemeral-storage': '1Mi' }

/**
 * What a container gets that states no requests or limits, without which the quota would refuse it, and the most that one container,
 * pod or claim may have. The disk of a node is shared: what a container writes, logs and emptyDir included, counts as ephemeral storage.
 */
export function renderLimitRange(tenant: TenantSpec, namespace: string, quota: Quota) {
  const max = {
    cpu: tenant.limits.cpu ?? quota.cpu,
    memory: tenant.limits.memory ?? quota.memory,
    'ephemeral-storage': quota.ephemeralStorage,
  }
  const atMost = (wanted: typeof max) => ({
    cpu: smaller(wanted.cpu, max.cpu),
    memory: smaller(wanted.memory, max.memory),
    'ephemeral-storage': smaller(wanted['ephemeral-storage'], max['ephemeral-storage']),
  })
  return {
    metadata: { name: 'tenant', namespace, labels: ownLabels(tenant.name, 'limits') },
    spec: {
      limits: [
        {
          type: 'Container',
          default: atMost({ cpu: '200m', memory: '128Mi', 'ephemeral-storage': '256Mi' }),
          defaultRequest: atMost({ cpu: '20m', memory: '32Mi', 'ephemeral-storage': '32Mi' }),
          min,
          max,
        },
        { type: 'Pod', min, max },
        { type: 'PersistentVolumeClaim', max: { storage: tenant.limits.claim ?? quota.storage } },
      ],
    },
  }
}
