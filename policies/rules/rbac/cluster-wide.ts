import type { Field } from '../../field.ts'
import { type Fault, type StackRule, violation } from '../../rule.ts'
import { namespaceOf, type Stack } from '../../stack.ts'
import { tenantNamespaces } from '../tenancy/namespaces.ts'
import { accountsOf } from './roles.ts'

export const rbacClusterWide: StackRule = {
  id: 'rbac-cluster-wide',
  title: 'No tenant has a role in the whole cluster, neither its group nor its service accounts.',
  severity: 'high',
  frameworks: { nsa: ['Authentication and authorization: least privilege'], mtb: ['Restrict access to cluster-scoped resources', 'Block access to other tenants'] },
  why: 'A ClusterRoleBinding is for every namespace: what a tenant may do in its own, it may then do in those of all others.',
  fix: 'Bind the role by a RoleBinding in each namespace of the tenant (a ClusterRole too); what the platform needs, bind to an account in a platform namespace.',
  url: 'https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege',
  looksAt: 'stack',
  check: (stack) => {
    const namespaces = tenantNamespaces(stack)
    const groups = tenantGroups(stack, namespaces)
    return stack.objects('ClusterRoleBinding').flatMap(({ object, resource }) =>
      object.get('subjects').items().flatMap((subject) => faultsOf(subject, namespaces, groups)).map((fault) => ({ resource, fault })),
    )
  },
}

function faultsOf(subject: Field, namespaces: ReadonlySet<unknown>, groups: ReadonlySet<unknown>): Fault[] {
  if (namespaces.has(accountsOf(subject))) return [violation(subject, 'is a service account of a tenant, or all of its')]
  return subject.get('kind').value === 'Group' && groups.has(subject.get('name').value) ? [violation(subject.get('name'), "is a tenant's group: a RoleBinding in its namespace is for the same one")] : []
}

/** Groups that have a role of a namespace in a tenant's namespace; groups of the platform have theirs by a ClusterRole. */
function tenantGroups(stack: Stack, namespaces: ReadonlySet<unknown>): Set<unknown> {
  return new Set(stack.objects('RoleBinding')
    .filter(({ object }) => object.get('roleRef', 'kind').value === 'Role' && namespaces.has(namespaceOf(object)))
    .flatMap(({ object }) => object.get('subjects').items())
    .filter((subject) => subject.get('kind').value === 'Group')
    .map((subject) => subject.get('name').value)
    .filter((name) => typeof name === 'string'))
}
