/** Ceilings of a tenant's namespace, and of what is in it. */
import { storageClassName } from '../local-storage/render.ts'
import { ownLabels } from './names.ts'
import { smaller } from './quantity.ts'
import type { Quota, TenantSpec } from './tenant.ts'

/** Kinds that a tenant makes as many of as `quota.objects` says. */
const counted = [
  'configmaps', 'secrets', 'services', 'replicationcontrollers',
  'count/serviceaccounts', 'count/deployments.apps', 'count/statefulsets.apps', 'count/replicasets.apps', 'count/jobs.batch', 'count/cronjobs.batch',
  'count/ingresses.networking.k8s.io', 'count/networkpolicies.networking.k8s.io', 'count/horizontalpodautoscalers.autoscaling',
  'count/roles.rbac.authorization.k8s.io', 'count/rolebindings.rbac.authorization.k8s.io',
]

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
        ...Object.fromEntries(counted.map((kind) => [kind, String(quota.objects)])),
        // This one.
        resourcequotas: '1',
        'services.nodeports': '0',
        'services.loadbalancers': '0',
      },
    },
  }
}

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
          max,
        },
        { type: 'Pod', max },
        { type: 'PersistentVolumeClaim', max: { storage: tenant.limits.claim ?? quota.storage } },
      ],
    },
  }
}
