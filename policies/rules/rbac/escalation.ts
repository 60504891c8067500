import type { ResourceRule } from '../../rule.ts'
import { granting } from './roles.ts'

export const rbacEscalation: ResourceRule = {
  id: 'rbac-escalation',
  title: 'No role lets its holder give itself more, or act as somebody else.',
  severity: 'critical',
  frameworks: { cis: ['5.1.8'], nsa: ['Authentication and authorization: least privilege'] },
  why: 'With bind, escalate or impersonate whatever else the role says does not matter.',
  fix: 'Remove the verbs bind, escalate and impersonate; who hands out roles is the platform, by Pulumi.',
  url: 'https://kubernetes.io/docs/concepts/security/rbac-good-practices/#escalate-verb',
  looksAt: 'inputs',
  about: 'roles',
  check: (resource) => granting(resource, { groups: ['rbac.authorization.k8s.io', '', 'authentication.k8s.io'], resources: ['roles', 'clusterroles', 'rolebindings', 'clusterrolebindings', 'users', 'groups', 'serviceaccounts', 'uids', 'userextras'], verbs: ['bind', 'escalate', 'impersonate'] }),
}
