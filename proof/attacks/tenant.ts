/** Changing what isolates, and reaching into other tenants. Benchmark category: tenant isolation. */
import type { Attack } from './attack.ts'
import { networkPolicy, policySays, rbacSays, send } from './objects.ts'

const dry = '--dry-run=server'
const own = ['-n', '{namespace}']
const platformObjects = { control: 'platform-objects', expected: 'refused', refusal: policySays('platform-objects') } as const
const rights = { control: 'role', expected: 'refused', refusal: rbacSays } as const
const cannot = { control: 'role', expected: 'refused', refusal: '^no' } as const
const others = { control: 'no-rights-elsewhere', expected: 'refused', refusal: rbacSays } as const

export const tenantIsolation: Attack[] = [
  { ...platformObjects, id: 'MTB-PL1-BC-CPI-2/change-policy', title: 'change default-deny', command: ['annotate', 'networkpolicy', 'default-deny', 'attack=1', ...own, dry] },
  { ...platformObjects, id: 'MTB-PL1-BC-CPI-2/delete-policy', title: 'delete default-deny', command: ['delete', 'networkpolicy', 'default-deny', ...own, dry] },
  { ...platformObjects, id: 'MTB-PL1-BC-CPI-2/delete-policies', title: 'delete all network policies at once', command: ['delete', '--raw', '/apis/networking.k8s.io/v1/namespaces/{namespace}/networkpolicies?dryRun=All'] },
  { ...platformObjects, id: 'MTB-PL1-BC-CPI-2/unmark', title: 'take annex’s mark off default-deny, to change it then', command: ['label', 'networkpolicy', 'default-deny', 'app.kubernetes.io/managed-by-', ...own, dry] },
  { ...platformObjects, id: 'MTB-PL1-BC-CPI-2/forge', title: 'make an object that passes for annex’s', command: send, input: networkPolicy({ policyTypes: ['Ingress'] }, { labels: { 'app.kubernetes.io/managed-by': 'annex' } }) },
  { ...platformObjects, id: 'MTB-PL1-BC-CPI-2/binding', title: 'change the binding of the tenant role', command: ['annotate', 'rolebinding', 'tenant', 'attack=1', ...own, dry] },
  { ...platformObjects, id: 'MTB-PL1-BC-CPI-2/account', title: 'give the default service account its token back', command: ['patch', 'serviceaccount', 'default', '-p', '{"automountServiceAccountToken":true}', ...own, dry] },

  ...['create', 'update', 'patch', 'delete', 'deletecollection'].map((verb): Attack => ({ ...cannot, id: `MTB-PL1-CC-TI-1/${verb}`, title: `${verb} resource quotas`, command: ['auth', 'can-i', verb, 'resourcequotas', ...own] })),
  { ...cannot, id: 'annex-tenant/limits', title: 'change limits', command: ['auth', 'can-i', 'patch', 'limitranges', ...own] },
  { ...rights, id: 'annex-tenant/namespace-labels', title: 'take the Pod Security level off the namespace', command: ['label', 'namespace', '{namespace}', 'pod-security.kubernetes.io/enforce-', dry] },
  { ...rights, id: 'annex-tenant/namespace-settings', title: 'change what the admission rules know of the tenant', command: ['annotate', 'namespace', '{namespace}', 'annex/registries=*', '--overwrite', dry] },

  { ...others, id: 'MTB-1197/secrets', title: 'read another tenant’s secrets', command: ['get', 'secrets', '-n', '{other}'] },
  { ...others, id: 'MTB-1197/pods', title: 'list another tenant’s pods', command: ['get', 'pods', '-n', '{other}'] },
  { ...others, id: 'MTB-1197/create', title: 'make an object in another tenant’s namespace', command: ['create', 'configmap', 'attack', '-n', '{other}', dry] },
  { ...others, id: 'MTB-1197/delete', title: 'delete another tenant’s objects', command: ['delete', '--raw', '/api/v1/namespaces/{other}/configmaps?dryRun=All'] },
]
