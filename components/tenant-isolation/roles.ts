/** What a tenant's people may do, and what its pods may do by themselves: nothing. */
import { ownLabels } from './names.ts'
import type { TenantSpec } from './tenant.ts'

const read = ['get', 'list', 'watch']
const write = [...read, 'create', 'update', 'patch', 'delete', 'deletecollection']

/**
 * Run workloads, with network policies and roles of their own for them (admission bounds both). Left out on purpose:
 * - tokens of service accounts, and endpoints: a service must not lead to an address of the tenant's choice (CVE-2021-25740);
 * - DaemonSets, which want a pod on every node, and disruption budgets, which would keep a node from being drained;
 * - the verbs `escalate`, `bind` and `impersonate`: nobody can give away more than they have.
 */
export function renderRole(tenant: TenantSpec, namespace: string) {
  return {
    metadata: { name: 'tenant', namespace, labels: ownLabels(tenant.name, 'role') },
    rules: [
      { apiGroups: [''], resources: ['pods', 'services', 'configmaps', 'secrets', 'persistentvolumeclaims', 'serviceaccounts'], verbs: write },
      { apiGroups: ['apps'], resources: ['deployments', 'deployments/scale', 'statefulsets', 'statefulsets/scale', 'replicasets'], verbs: write },
      { apiGroups: ['batch'], resources: ['jobs', 'cronjobs'], verbs: write },
      { apiGroups: ['autoscaling'], resources: ['horizontalpodautoscalers'], verbs: write },
      { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], verbs: write },
      { apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles', 'rolebindings'], verbs: write },
      { apiGroups: [''], resources: ['pods/log', 'pods/status', 'events', 'resourcequotas', 'limitranges', 'endpoints', 'replicationcontrollers'], verbs: read },
      { apiGroups: ['apps'], resources: ['controllerrevisions'], verbs: read },
      { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: read },
      { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: read },
      ...(tenant.ingressHosts.length === 0 ? [] : [
        { apiGroups: ['networking.k8s.io'], resources: ['ingresses'], verbs: write },
        { apiGroups: ['gateway.networking.k8s.io'], resources: ['httproutes', 'grpcroutes'], verbs: write },
      ]),
      ...(tenant.exec ? [
        { apiGroups: [''], resources: ['pods/exec', 'pods/attach', 'pods/portforward'], verbs: ['create', 'get'] },
        { apiGroups: [''], resources: ['pods/ephemeralcontainers'], verbs: ['patch', 'update'] },
      ] : []),
    ],
  }
}

export function renderRoleBinding(tenant: TenantSpec, namespace: string) {
  return {
    metadata: { name: 'tenant', namespace, labels: ownLabels(tenant.name, 'role') },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'tenant' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: tenant.group }],
  }
}

/** The account that pods have when they name none: no token, and the tenant's credentials for its registries. */
export function renderServiceAccount(tenant: TenantSpec, namespace: string) {
  const pullSecrets = [...new Set(tenant.registries.flatMap(({ pullSecret }) => pullSecret ?? []))]
  return {
    metadata: { name: 'default', namespace, labels: ownLabels(tenant.name, 'service-account') },
    automountServiceAccountToken: false,
    ...(pullSecrets.length === 0 ? {} : { imagePullSecrets: pullSecrets.map((name) => ({ name })) }),
  }
}
