/** Tokens and commands in pods, and rights given to strangers. */
import type { Attack } from './attack.ts'
import { policySays, rbacSays, roleBinding, send } from './objects.ts'

const own = ['-n', '{namespace}']
const cannot = { control: 'role', expected: 'refused', refusal: '^no' } as const
const bindings = { control: 'role-bindings', command: send, expected: 'refused', refusal: policySays('role-bindings') } as const
const toTenantRole = (...subjects: Record<string, unknown>[]) => roleBinding({ kind: 'Role', name: 'tenant' }, subjects)
const rbac = { apiGroup: 'rbac.authorization.k8s.io' }

export const identity: Attack[] = [
  { control: 'role', expected: 'refused', refusal: rbacSays, id: 'annex-identity/token-request', title: 'ask for a token of the default service account', command: ['create', 'token', 'default', ...own] },
  { control: 'account-tokens', expected: 'refused', refusal: policySays('account-tokens'), id: 'annex-identity/token-secret', title: 'get a token that never ends', command: send, input: { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'attack', namespace: '{namespace}', annotations: { 'kubernetes.io/service-account.name': 'default' } }, type: 'kubernetes.io/service-account-token' } },
  { control: 'service-account', expected: 'refused', refusal: 'never', harmlessWith: ['false'], id: 'annex-identity/automount', title: 'find a token in every pod', command: ['get', 'serviceaccount', 'default', ...own, '-o', 'jsonpath={.automountServiceAccountToken}'] },
  ...['exec', 'attach', 'portforward'].map((it): Attack => ({ ...cannot, openedBy: 'exec', id: `annex-identity/${it}`, title: `use pods/${it} where the configuration does not allow it`, command: ['auth', 'can-i', 'create', 'pods', `--subresource=${it}`, ...own] })),
  { ...cannot, openedBy: 'exec', id: 'annex-identity/debug', title: 'put a debug container into a pod', command: ['auth', 'can-i', 'patch', 'pods', '--subresource=ephemeralcontainers', ...own] },
  { ...cannot, id: 'annex-identity/bind', title: 'put a pod on a node of one’s choice', command: ['auth', 'can-i', 'create', 'pods', '--subresource=binding', ...own] },

  { ...bindings, id: 'annex-identity/everybody', title: 'give the tenant’s rights to everybody', input: toTenantRole({ ...rbac, kind: 'Group', name: 'system:authenticated' }) },
  { ...bindings, id: 'annex-identity/anonymous', title: 'give the tenant’s rights to nobody in particular', input: toTenantRole({ ...rbac, kind: 'User', name: 'system:anonymous' }) },
  { ...bindings, id: 'annex-identity/other-account', title: 'give the tenant’s rights to a service account elsewhere', input: toTenantRole({ kind: 'ServiceAccount', name: 'default', namespace: '{other}' }) },
  { ...bindings, id: 'annex-identity/other-accounts', title: 'give them to all service accounts elsewhere, by their group', input: toTenantRole({ ...rbac, kind: 'Group', name: 'system:serviceaccounts:{other}' }) },
]
