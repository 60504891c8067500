/** What somebody could do with the token of a pod's service account: nothing. */
import type { Attack } from './attack.ts'
import { rbacSays, send, pod } from './objects.ts'

const own = ['-n', '{namespace}']
const account = { control: 'no-account-rights', expected: 'refused', refusal: rbacSays } as const

export const accountAttacks: readonly Attack[] = [
  { ...account, id: 'annex-account/secrets', title: 'read the tenant’s secrets', command: ['get', 'secrets', ...own] },
  { ...account, id: 'annex-account/pods', title: 'run a pod', command: send, input: pod() },
  { ...account, id: 'annex-account/token', title: 'ask for another token', command: ['create', 'token', 'default', ...own] },
  { ...account, id: 'annex-account/others', title: 'read another tenant’s secrets', command: ['get', 'secrets', '-n', '{other}'] },
  { ...account, id: 'annex-account/nodes', title: 'list the nodes', command: ['get', 'nodes'] },
  { ...account, id: 'annex-account/kubelet', title: 'reach kubelets through the API server', command: ['auth', 'can-i', 'get', 'nodes', '--subresource=proxy'], refusal: '^no' },
]
