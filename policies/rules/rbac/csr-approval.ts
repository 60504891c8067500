import type { ResourceRule } from '../../rule.ts'
import { granting } from './roles.ts'

export const rbacCsrApproval: ResourceRule = {
  id: 'rbac-csr-approval',
  title: 'No role approves certificates or signs them.',
  severity: 'critical',
  frameworks: { cis: ['5.1.11'] },
  why: 'Who approves a certificate signing request becomes any user, the nodes and system:masters too.',
  fix: 'Remove the subresource approval of certificatesigningrequests, and the verbs approve and sign on signers.',
  url: 'https://kubernetes.io/docs/concepts/security/rbac-good-practices/#csrs-and-certificate-issuing',
  looksAt: 'inputs',
  about: ['Role', 'ClusterRole'],
  check: (resource) => granting(resource, { groups: ['certificates.k8s.io', ''], resources: ['certificatesigningrequests/approval', 'certificatesigningrequests/status', 'signers'], verbs: ['update', 'patch', 'approve', 'sign'] }),
}
