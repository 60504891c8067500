/** What keeps one tenant apart, as plain data. */
import { namespacePoolLabel } from '../tenant-placement/admission-cel.ts'
import { type PooledTenant, poolOf } from '../tenant-placement/node-pools.ts'

export interface TenantSpec extends PooledTenant {
  /** Group whose members get the tenant role. */
  group: string
  quota: { cpu: string; memory: string; storage: string; pods: number }
}

export const platformNamespaces = ['paas-system', 'paas-operators']

/** Pod Security Standards as of the cluster this was tested with; pinned, so that an upgrade cannot change the rules unseen. */
export const podSecurityVersion = 'v1.36'

/** Labels that put a namespace under a Pod Security level, in all three modes. */
export function podSecurityLabels(level: 'baseline' | 'restricted'): Record<string, string> {
  return Object.fromEntries(['enforce', 'audit', 'warn'].flatMap((mode) => [
    [`pod-security.kubernetes.io/${mode}`, level],
    [`pod-security.kubernetes.io/${mode}-version`, podSecurityVersion],
  ]))
}

export function renderNamespace(tenant: TenantSpec) {
  const { name } = tenant
  return { metadata: { name, labels: { ...ownLabels(name), 'paas-tier': 'tenant', [namespacePoolLabel]: poolOf(tenant), ...podSecurityLabels('restricted') } } }
}

/**
 * Nothing in and nothing out, but: pods of the same namespace, the platform's namespaces, and the cluster's DNS.
 * Namespaces are named by `kubernetes.io/metadata.name`, which the API server sets and nobody can forge.
 */
export function renderNetworkPolicies({ name }: TenantSpec) {
  const policy = (suffix: string, spec: object) => ({ metadata: { name: suffix, namespace: name, labels: ownLabels(name) }, spec: { podSelector: {}, ...spec } })
  const platform = [{ namespaceSelector: { matchExpressions: [{ key: namespaceLabel, operator: 'In', values: platformNamespaces }] } }]
  const same = [{ podSelector: {} }]
  const dns = [{ namespaceSelector: { matchLabels: { [namespaceLabel]: 'kube-system' } }, podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } } }]
  return [
    policy('default-deny', { policyTypes: ['Ingress', 'Egress'] }),
    policy('allow-same-namespace', { policyTypes: ['Ingress', 'Egress'], ingress: [{ from: same }], egress: [{ to: same }] }),
    policy('allow-platform', { policyTypes: ['Ingress', 'Egress'], ingress: [{ from: platform }], egress: [{ to: platform }] }),
    policy('allow-dns', { policyTypes: ['Egress'], egress: [{ to: dns, ports: ['UDP', 'TCP'].map((protocol) => ({ protocol, port: 53 })) }] }),
  ]
}

const namespaceLabel = 'kubernetes.io/metadata.name'

/** Ceilings of the namespace; nothing that opens a port of a node or costs money at the cloud. */
export function renderQuota({ name, quota }: TenantSpec) {
  return {
    metadata: { name: 'tenant', namespace: name, labels: ownLabels(name) },
    spec: {
      hard: {
        'requests.cpu': quota.cpu,
        'requests.memory': quota.memory,
        'limits.cpu': quota.cpu,
        'limits.memory': quota.memory,
        'requests.storage': quota.storage,
        pods: String(quota.pods),
        'services.nodeports': '0',
        'services.loadbalancers': '0',
      },
    },
  }
}

/** Requests and limits of a container that states none, without which the quota would refuse it. */
export function renderLimitRange({ name }: TenantSpec) {
  return {
    metadata: { name: 'tenant', namespace: name, labels: ownLabels(name) },
    spec: { limits: [{ type: 'Container', default: { cpu: '200m', memory: '128Mi' }, defaultRequest: { cpu: '20m', memory: '32Mi' } }] },
  }
}

/** What the tenant's people may do: run workloads; neither change what isolates them nor read tokens or exec by default. */
export function renderRole({ name }: TenantSpec) {
  const write = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete']
  const read = ['get', 'list', 'watch']
  return {
    metadata: { name: 'tenant', namespace: name, labels: ownLabels(name) },
    rules: [
      { apiGroups: [''], resources: ['pods', 'services', 'configmaps', 'secrets', 'persistentvolumeclaims'], verbs: write },
      { apiGroups: ['apps'], resources: ['deployments', 'statefulsets', 'replicasets'], verbs: write },
      { apiGroups: ['batch'], resources: ['jobs', 'cronjobs'], verbs: write },
      { apiGroups: [''], resources: ['pods/log', 'events', 'resourcequotas', 'limitranges', 'serviceaccounts', 'endpoints'], verbs: read },
      { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], verbs: read },
    ],
  }
}

export function renderRoleBinding({ name, group }: TenantSpec) {
  return {
    metadata: { name: 'tenant', namespace: name, labels: ownLabels(name) },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'tenant' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: group }],
  }
}

function ownLabels(tenant: string): Record<string, string> {
  return { 'app.kubernetes.io/managed-by': 'annex', 'app.kubernetes.io/part-of': tenant }
}
