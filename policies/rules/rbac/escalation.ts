import type { ResourceRule } from '../../rule.ts'
import { granting, type Power } from './roles.ts'

const ROLES = ['roles', 'clusterroles', 'rolebindings', 'clusterrolebindings']
const WHO = ['users', 'groups', 'serviceaccounts', 'uids', 'userextras/']

const POWERS: readonly Power[] = [
  // The verbs with a colon are those of constrained impersonation (1.36).
  { groups: ['rbac.authorization.k8s.io', '', 'authentication.k8s.io'], resources: [...ROLES, ...WHO], verbs: ['bind', 'escalate', 'impersonate', 'impersonate:user-info', 'impersonate:serviceaccount'] },
  // By themselves, since the nodes of the core group are another thing.
  { groups: ['authentication.k8s.io'], resources: ['nodes'], verbs: ['impersonate:arbitrary-node', 'impersonate:associated-node'] },
]

export const rbacEscalation: ResourceRule = {
  id: 'rbac-escalation',
  title: 'No role lets its holder give itself more, or act as somebody else.',
  severity: 'critical',
  frameworks: { cis: ['5.1.8'], nsa: ['Authentication and authorization: least privilege'] },
  why: 'With bind, escalate or impersonate whatever else the role says does not matter.',
  fix: 'Remove the verbs bind, escalate, impersonate and impersonate:...; who hands out roles is the platform, by Pulumi.',
  url: 'https://kubernetes.io/docs/concepts/security/rbac-good-practices/#escalate-verb',
  looksAt: 'inputs',
  about: ['Role', 'ClusterRole'],
  check: (resource) => POWERS.flatMap((power) => granting(resource, power)),
}
