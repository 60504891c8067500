import { type ResourceRule, unverifiable, violation } from '../../rule.ts'
import { accountsOf, subjectsOf } from './roles.ts'

export const rbacCrossNamespace: ResourceRule = {
  id: 'rbac-cross-namespace',
  title: 'No service account of a tenant has a role in another namespace.',
  severity: 'high',
  frameworks: { nsa: ['Authentication and authorization: least privilege'], mtb: ['Block access to other tenants'] },
  why: "A pod of one tenant then acts in another one's namespace.",
  fix: 'Bind service accounts of the same namespace, or of a platform namespace (policies/settings.ts names them).',
  url: 'https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege',
  looksAt: 'inputs',
  about: ['RoleBinding', 'ClusterRoleBinding'],
  check: (resource, { platformNamespaces }) =>
    subjectsOf(resource)
      .filter(({ subject, binding }) => (subject.isUnknown || accountsOf(subject) !== undefined) && !binding.get('metadata', 'namespace').isAbsent)
      .flatMap(({ subject, binding }) => {
        const own = binding.get('metadata', 'namespace')
        const field = subject.get(subject.get('kind').value === 'ServiceAccount' ? 'namespace' : 'name')
        const unknown = [own, field].find(({ isUnknown }) => isUnknown)
        if (unknown !== undefined) return [unverifiable(unknown)]
        const theirs = accountsOf(subject)
        return theirs === own.value || platformNamespaces.some((name) => name === theirs) ? [] : [violation(field, 'is of another namespace than that of the binding')]
      }),
}
