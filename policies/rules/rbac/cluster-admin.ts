import { objectsOfKind } from '../../kubernetes.ts'
import { demand, refuse, type ResourceRule } from '../../rule.ts'
import { subjectsOf } from './roles.ts'

export const rbacClusterAdmin: ResourceRule = {
  id: 'rbac-cluster-admin',
  title: 'No binding hands out cluster-admin, or is for the group system:masters, and no role is put together from all roles.',
  severity: 'critical',
  frameworks: { cis: ['5.1.1', '5.1.7'], nsa: ['Authentication and authorization: least privilege'] },
  why: 'Who has cluster-admin is every tenant at once; system:masters cannot even be taken away again.',
  fix: 'Bind a role that grants what is needed, in the namespace where it is needed.',
  url: 'https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege',
  looksAt: 'inputs',
  check: (resource) => [
    // An empty selector selects every ClusterRole, cluster-admin too.
    ...objectsOfKind(resource, 'ClusterRole').flatMap(({ object }) => object.get('aggregationRule', 'clusterRoleSelectors').items()).flatMap((selector) =>
      demand(selector, () => selector.get('matchLabels').entries().length + selector.get('matchExpressions').items().length > 0, 'is empty, so it selects cluster-admin'),
    ),
    ...objectsOfKind(resource, 'RoleBinding', 'ClusterRoleBinding').flatMap(({ object }) =>
      refuse(object.get('roleRef', 'name'), (value) => value !== 'cluster-admin', 'is "cluster-admin"'),
    ),
    ...subjectsOf(resource).flatMap(({ subject }) => refuse(subject.get('name'), (value) => value !== 'system:masters', 'is "system:masters"')),
  ],
}
