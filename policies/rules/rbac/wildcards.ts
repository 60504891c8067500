import { objectsOfKind } from '../../kubernetes.ts'
import { refuse, type ResourceRule } from '../../rule.ts'

export const rbacWildcards: ResourceRule = {
  id: 'rbac-wildcards',
  title: 'No role grants by wildcard.',
  severity: 'high',
  frameworks: { cis: ['5.1.3'], nsa: ['Authentication and authorization: least privilege'], mtb: ['Restrict access to cluster-scoped resources'] },
  why: 'A wildcard grants what does not exist yet too: the next custom resource, the next subresource, the next verb.',
  fix: 'Name the API groups, resources and verbs that are needed.',
  url: 'https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege',
  looksAt: 'inputs',
  about: ['Role', 'ClusterRole'],
  check: (resource) =>
    objectsOfKind(resource, 'Role', 'ClusterRole')
      .flatMap(({ object }) => object.get('rules').items())
      .flatMap((rule) => ['apiGroups', 'resources', 'verbs', 'nonResourceURLs'].flatMap((list) => rule.get(list).items()))
      // A path may end in a star (/healthz/*); `pods/*` is no wildcard of Kubernetes, and whoever wrote it meant one.
      .flatMap((entry) => refuse(entry, (value) => typeof value === 'string' && (!value.includes('*') || /^\/.+\/\*$/.test(value)), 'is a wildcard')),
}
