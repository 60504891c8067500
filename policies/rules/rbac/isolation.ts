import type { ResourceRule } from '../../rule.ts'
import { granting } from './roles.ts'

export const rbacIsolation: ResourceRule = {
  id: 'rbac-isolation',
  title: 'No role changes what isolates a namespace: its labels, network policies, quota and limits.',
  severity: 'high',
  frameworks: { nsa: ['Authentication and authorization: least privilege'], mtb: ['Block modification of role bindings', 'Block modification of resource quotas'] },
  why: 'A tenant that changes its own quota or policies has none.',
  fix: 'Grant get, list and watch on these resources at most.',
  url: 'https://kubernetes.io/docs/concepts/security/rbac-good-practices/#namespace-modification',
  looksAt: 'inputs',
  check: (resource) => granting(resource, { groups: ['', 'networking.k8s.io', 'rbac.authorization.k8s.io'], resources: ['namespaces', 'networkpolicies', 'resourcequotas', 'limitranges', 'rolebindings', 'roles'], verbs: ['create', 'update', 'patch', 'delete', 'deletecollection'] }),
}
