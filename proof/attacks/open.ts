/**
 * The control of the experiment: a namespace without any of annex's controls, and an attacker whom nothing holds back.
 * An attack that does not succeed there would prove nothing by failing elsewhere.
 */
import type { Step } from './weakenings.ts'

export const openNamespace = 'annex-proof-open'
export const openGroup = 'annex:proof-open'

const metadata = { name: openNamespace }
const inside = (name: string) => ({ name, namespace: openNamespace })
const group = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: openGroup }

/** What attacks want to change is there as well: a policy (of no pod), a quota (of nothing that counts), a role with its binding. Its pods' accounts may do everything. */
export const openObjects: readonly object[] = [
  { apiVersion: 'v1', kind: 'Namespace', metadata },
  { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { ...inside('default-deny'), labels: { 'app.kubernetes.io/managed-by': 'annex' } }, spec: { podSelector: { matchLabels: { app: 'nobody' } }, policyTypes: ['Ingress'] } },
  { apiVersion: 'v1', kind: 'ResourceQuota', metadata: inside('tenant'), spec: { hard: { 'count/leases.coordination.k8s.io': '100' } } },
  { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: inside('tenant'), rules: [] },
  { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', metadata: inside('tenant'), roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'tenant' }, subjects: [group] },
  { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', metadata, roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' }, subjects: [group, { ...group, name: `system:serviceaccounts:${openNamespace}` }] },
]

export const setUpOpen: readonly Step[] = openObjects.map((input) => ({ command: ['apply', '--server-side', '-f', '-'], input }))

/** A right over everything must not stay. */
export const removeOpen: readonly Step[] = [
  { command: ['delete', 'clusterrolebinding', openNamespace, '--ignore-not-found'] },
  { command: ['delete', 'namespace', openNamespace, '--ignore-not-found', '--wait=false'] },
]
