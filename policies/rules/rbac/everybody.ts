import { refuse, type ResourceRule, show } from '../../rule.ts'
import { subjectsOf } from './roles.ts'

const EVERYBODY = ['system:anonymous', 'system:unauthenticated', 'system:authenticated', 'system:serviceaccounts']

export const rbacEverybody: ResourceRule = {
  id: 'rbac-everybody',
  title: 'No binding is for everybody: anonymous, all that are authenticated, or all service accounts.',
  severity: 'critical',
  frameworks: { cis: ['5.1.1'], nsa: ['Authentication and authorization: anonymous requests'] },
  why: 'Every tenant and every pod is in system:authenticated and system:serviceaccounts; whoever reaches the API server is system:anonymous.',
  fix: 'Name the users, groups and service accounts that need the role.',
  url: 'https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege',
  looksAt: 'inputs',
  about: ['RoleBinding', 'ClusterRoleBinding'],
  check: (resource) =>
    subjectsOf(resource).flatMap(({ subject }) =>
      refuse(subject.get('name'), (value) => !EVERYBODY.some((name) => name === value), `is ${show(subject.get('name').value, EVERYBODY)}`),
    ),
}
