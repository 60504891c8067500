/** What a tenant must be able to do by itself. Benchmark category: self-service operations; profile level 2. */
import type { Attack } from './attack.ts'
import { networkPolicy, pod, rbacSays, role, roleBinding, send, service } from './objects.ts'

const own = ['-n', '{namespace}']
const can = { control: 'self-service', expected: 'allowed', refusal: `^no|${rbacSays}` } as const
const verbs = ['get', 'create', 'update', 'patch', 'delete', 'deletecollection']
const name = 'kubernetes.io/metadata.name'
const rights = (benchmark: string, resource: string) => verbs.map((verb): Attack => ({ ...can, id: `${benchmark}/${verb}`, title: `${verb} ${resource}`, command: ['auth', 'can-i', verb, resource, ...own] }))

export const selfService: Attack[] = [
  ...rights('MTB-PL2-BC-OPS-4', 'networkpolicies'),
  { ...can, id: 'MTB-PL2-BC-OPS-4/narrow', title: 'close a pod to all but one other', command: send, input: networkPolicy({ podSelector: { matchLabels: { app: 'db' } }, policyTypes: ['Ingress'], ingress: [{ from: [{ podSelector: { matchLabels: { app: 'web' } } }], ports: [{ port: 5432 }] }] }) },
  { ...can, id: 'MTB-PL2-BC-OPS-4/own-namespace', title: 'name a namespace of its own', command: send, input: networkPolicy({ policyTypes: ['Ingress'], ingress: [{ from: [{ namespaceSelector: { matchLabels: { [name]: '{namespace}' } }, podSelector: { matchLabels: { app: 'web' } } }] }] }) },
  ...rights('MTB-PL2-BC-OPS-3', 'rolebindings.rbac.authorization.k8s.io'),
  { ...can, id: 'MTB-PL2-BC-OPS-3/binding', title: 'give its own rights to a service account of its own', command: send, input: roleBinding({ kind: 'Role', name: 'tenant' }, [{ kind: 'ServiceAccount', name: 'robot', namespace: '{namespace}' }]) },
  ...rights('MTB-1202', 'roles.rbac.authorization.k8s.io'),
  { ...can, id: 'MTB-1202/role', title: 'make a role with fewer rights than its own', command: send, input: role([{ apiGroups: [''], resources: ['configmaps'], verbs: ['get'] }]) },
  { ...can, id: 'annex-self-service/pod', title: 'run a pod', command: send, input: pod() },
  { ...can, id: 'annex-self-service/service', title: 'make a service', command: send, input: service({ selector: { app: 'web' } }) },
]
