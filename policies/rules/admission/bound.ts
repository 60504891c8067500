import { type StackRule, unverifiable } from '../../rule.ts'

export const bound: StackRule = {
  id: 'admission-bound',
  title: 'Every admission policy is in force: a binding puts it there.',
  severity: 'high',
  frameworks: { nsa: ['Pod security: enforcement'] },
  why: 'A policy without a binding judges nothing, however well it is written.',
  fix: 'Add the binding, with spec.policyName set to the name of the policy.',
  url: 'https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/',
  looksAt: 'stack',
  check: (stack) =>
    ['ValidatingAdmissionPolicy', 'MutatingAdmissionPolicy'].flatMap((kind) => {
      const bound = stack.objects(`${kind}Binding`).map(({ object }) => object.get('spec', 'policyName'))
      const unknown = bound.some(({ isUnknown }) => isUnknown)
      return stack.objects(kind).flatMap(({ object, resource }) => {
        const name = object.get('metadata', 'name')
        if (bound.some(({ value }) => value === name.value) && !name.isUnknown) return []
        return [{ resource, fault: name.isUnknown || unknown ? unverifiable(name) : stack.missing(name, 'has no binding, so it is not in force') }]
      })
    }),
}
