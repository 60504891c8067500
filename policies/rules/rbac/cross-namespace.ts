import { refuse, type ResourceRule, unverifiable } from '../../rule.ts'
import { subjectsOf } from './roles.ts'

export const rbacCrossNamespace: ResourceRule = {
  id: 'rbac-cross-namespace',
  title: 'No service account of a tenant has a role in another namespace.',
  severity: 'high',
  frameworks: { nsa: ['Authentication and authorization: least privilege'], mtb: ['Block access to other tenants'] },
  why: "A pod of one tenant then acts in another one's namespace.",
  fix: 'Bind service accounts of the same namespace, or of a platform namespace (policies/settings.ts names them).',
  url: 'https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege',
  looksAt: 'inputs',
  check: (resource, { platformNamespaces }) =>
    subjectsOf(resource)
      .filter(({ subject, binding }) => subject.get('kind').value === 'ServiceAccount' && !binding.get('metadata', 'namespace').isAbsent)
      .flatMap(({ subject, binding }) => {
        const own = binding.get('metadata', 'namespace')
        if (own.isUnknown) return [unverifiable(own)]
        return refuse(subject.get('namespace'), (value) => value === own.value || platformNamespaces.some((name) => name === value), 'is another namespace than that of the binding')
      }),
}
