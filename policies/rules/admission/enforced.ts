import { objectsOfKind } from '../../kubernetes.ts'
import { demand, type ResourceRule, unverifiable } from '../../rule.ts'

export const enforced: ResourceRule = {
  id: 'admission-enforced',
  title: 'Every binding of a validating admission policy denies what breaks it.',
  // A policy is audited before it denies, so this is told and stops no stack.
  severity: 'medium',
  frameworks: { nsa: ['Pod security: enforcement'] },
  why: 'A binding that only warns or audits lets everything through.',
  fix: 'Put Deny into spec.validationActions; Warn and Audit may stand beside it.',
  url: 'https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/#validation-actions',
  looksAt: 'inputs',
  about: ['ValidatingAdmissionPolicyBinding'],
  check: (resource) =>
    objectsOfKind(resource, 'ValidatingAdmissionPolicyBinding').filter(({ patch, object }) => !patch || object.get('spec').has('validationActions')).flatMap(({ object }) =>
    {
      const actions = object.get('spec', 'validationActions')
      const values = actions.items().map(({ value }) => value)
      const open = actions.items().find(({ isUnknown }) => isUnknown)
      if (open !== undefined && !values.includes('Deny')) return [unverifiable(open)]
      return demand(actions, () => values.includes('Deny'), 'does not hold "Deny"')
    }),
}
