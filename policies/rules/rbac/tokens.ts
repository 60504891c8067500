import type { ResourceRule } from '../../rule.ts'
import { granting } from './roles.ts'

export const rbacTokens: ResourceRule = {
  id: 'rbac-tokens',
  title: 'No role makes tokens of service accounts.',
  severity: 'high',
  frameworks: { cis: ['5.1.13'] },
  why: 'A token that somebody makes for another service account is that service account, for as long as they like.',
  fix: 'Remove create on serviceaccounts/token; pods get their tokens from the kubelet.',
  url: 'https://kubernetes.io/docs/concepts/security/rbac-good-practices/#token-request',
  looksAt: 'inputs',
  about: ['Role', 'ClusterRole'],
  check: (resource) => granting(resource, { groups: [''], resources: ['serviceaccounts/token'], verbs: ['create'] }),
}
