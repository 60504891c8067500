import type { Field } from '../../field.ts'
import { objectsOfKind } from '../../kubernetes.ts'
import { type Fault, refuse, type ResourceRule, unverifiable, violation } from '../../rule.ts'
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
  about: ['ClusterRole', 'RoleBinding', 'ClusterRoleBinding'],
  check: (resource) => [
    ...objectsOfKind(resource, 'ClusterRole').flatMap(({ object }) => object.get('aggregationRule', 'clusterRoleSelectors').items()).flatMap(selected),
    ...objectsOfKind(resource, 'RoleBinding', 'ClusterRoleBinding').flatMap(({ object }) =>
      refuse(object.get('roleRef', 'name'), (value) => value !== 'cluster-admin', 'is "cluster-admin"'),
    ),
    ...subjectsOf(resource).flatMap(({ subject }) => refuse(subject.get('name'), (value) => value !== 'system:masters', 'is "system:masters"')),
  ],
}

/** The only label of cluster-admin, which the API server gives it. */
const [KEY, VALUE] = ['kubernetes.io/bootstrapping', 'rbac-defaults']

/** The fault of a selector whose every term fits cluster-admin; an empty one has none, and selects every ClusterRole. */
function selected(selector: Field): Fault[] {
  const labels = selector.get('matchLabels')
  const terms = [...(labels.isUnknown ? [labels] : labels.entries().map(fitsLabel)), ...selector.get('matchExpressions').items().map(fitsExpression)]
  if (terms.includes(false)) return []
  const unknown = terms.find((term) => typeof term !== 'boolean')
  return [unknown === undefined ? violation(selector, 'selects cluster-admin') : unverifiable(unknown)]
}

/** Whether cluster-admin has the label, or the unknown field that decides it. */
function fitsLabel(label: Field): boolean | Field {
  if (label.key !== KEY) return false
  return label.isUnknown ? label : label.value === VALUE
}

function fitsExpression(expression: Field): boolean | Field {
  const [key, operator, values] = ['key', 'operator', 'values'].map((name) => expression.get(name)) as [Field, Field, Field]
  if (key.isUnknown || operator.isUnknown) return key.isUnknown ? key : operator
  const listed = key.value === KEY && values.items().some(({ value }) => value === VALUE)
  const open = key.value === KEY && !listed ? values.items().find(({ isUnknown }) => isUnknown) : undefined
  switch (operator.value) {
    case 'In': return open ?? listed
    case 'NotIn': return open ?? !listed
    case 'Exists': return key.value === KEY
    case 'DoesNotExist': return key.value !== KEY
    default: return false
  }
}
