/** Reaching for what is the cluster's, and for more rights. Benchmark categories: control plane isolation, and role escalation of tenant isolation. */
import type { Attack } from './attack.ts'
import { rbacSays, role, roleBinding, send } from './objects.ts'

const refused = { expected: 'refused', refusal: rbacSays } as const
const clusterRights = { ...refused, control: 'no-cluster-rights' } as const
const escalation = { expected: 'refused', refusal: 'attempting to grant RBAC permissions not currently held', control: 'no-escalation' } as const
const everything = { apiGroups: ['*'], resources: ['*'], verbs: ['*'] }

export const controlPlane: Attack[] = [
  { ...clusterRights, id: 'MTB-PL1-CC-CPI-1/nodes', title: 'list the nodes', command: ['get', 'nodes'] },
  { ...clusterRights, id: 'MTB-PL1-CC-CPI-1/namespaces', title: 'list all namespaces, which names the other tenants', command: ['get', 'namespaces'] },
  { ...clusterRights, id: 'MTB-PL1-CC-CPI-1/namespace', title: 'make a namespace, where no control holds', command: ['create', 'namespace', 'attack', '--dry-run=server'] },
  { ...clusterRights, id: 'MTB-PL1-CC-CPI-1/volumes', title: 'list the volumes of all', command: ['get', 'persistentvolumes'] },
  { ...clusterRights, id: 'MTB-PL1-CC-CPI-1/cluster-role', title: 'make a cluster role', command: ['create', 'clusterrole', 'attack', '--verb=get', '--resource=pods', '--dry-run=server'] },
  { ...clusterRights, id: 'MTB-PL1-CC-CPI-1/admission', title: 'take away an admission rule', command: ['delete', 'validatingadmissionpolicy', 'annex-tenant-network-policies', '--dry-run=server'] },
  { ...clusterRights, id: 'MTB-PL1-CC-CPI-1/impersonate', title: 'become somebody else', command: ['auth', 'can-i', 'impersonate', 'users'], refusal: '^no' },

  { ...escalation, id: 'MTB-PL2-CC-TI-1/role', title: 'make a role with every right', command: send, input: role([everything]) },
  // Not pods/exec: a tenant with `exec: true` has that right, and may give it away.
  { ...escalation, id: 'MTB-PL2-CC-TI-1/proxy', title: 'make a role that reaches pods through the API server, past network policies', command: send, input: role([{ apiGroups: [''], resources: ['pods/proxy'], verbs: ['get'] }]) },
  { ...escalation, id: 'MTB-PL2-CC-TI-1/cluster-admin', title: 'bind cluster-admin', command: send, input: roleBinding({ kind: 'ClusterRole', name: 'cluster-admin' }, [{ kind: 'ServiceAccount', name: 'default', namespace: '{namespace}' }]) },
]
