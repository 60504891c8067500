import type { ResourceRule } from '../../rule.ts'
import { granting } from './roles.ts'

export const rbacSecrets: ResourceRule = {
  id: 'rbac-secrets',
  title: 'No role of the whole cluster reads secrets.',
  severity: 'high',
  frameworks: { cis: ['5.1.2'], nsa: ['Authentication and authorization: least privilege'], mtb: ['Restrict access to cluster-scoped resources'] },
  why: "It reads every tenant's secrets, and with list or watch their contents too.",
  fix: 'Grant get on named secrets in a Role of the namespace.',
  url: 'https://kubernetes.io/docs/concepts/security/rbac-good-practices/#listing-secrets',
  looksAt: 'inputs',
  about: ['Role', 'ClusterRole'],
  check: (resource) => granting(resource, { groups: [''], resources: ['secrets'], verbs: ['get', 'list', 'watch'] }, ['ClusterRole']),
}
