import type { ResourceRule } from '../../rule.ts'
import { objectsOfKind } from '../../kubernetes.ts'
import { grants } from './roles.ts'

export const rbacNamespaceSecrets: ResourceRule = {
  id: 'rbac-namespace-secrets',
  title: 'No role reads all secrets of its namespace, unless it runs the pods there.',
  severity: 'medium',
  frameworks: { cis: ['5.1.2'], nsa: ['Authentication and authorization: least privilege'] },
  why: 'Secrets are the tokens, passwords and keys of everything in the namespace; get without a name is as good as list to whoever can guess names.',
  fix: 'Grant get on named secrets (resourceNames), without list and watch.',
  url: 'https://kubernetes.io/docs/concepts/security/rbac-good-practices/#listing-secrets',
  looksAt: 'inputs',
  about: ['Role'],
  check: (resource) =>
    objectsOfKind(resource, 'Role').flatMap(({ object }) => {
      const rules = object.get('rules').items()
      // Who runs the pods of a namespace, from making to deleting them, mounts every secret into one.
      const may = (verb: string) => rules.some((rule) => grants(rule, { groups: [''], resources: ['pods'], verbs: [verb] }).some(({ kind }) => kind === 'violation'))
      if (may('create') && may('delete')) return []
      return rules.flatMap((rule) => grants(rule, { groups: [''], resources: ['secrets'], verbs: rule.get('resourceNames').items().length > 0 ? ['list', 'watch'] : ['get', 'list', 'watch'] }))
    }),
}
