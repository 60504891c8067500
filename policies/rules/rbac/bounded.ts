import type { Stack } from '../../stack.ts'

/** Resources whose creation and change a validating admission policy judges, with a binding that denies. */
export function boundedByAdmission(stack: Stack): Set<unknown> {
  const denying = stack.objects('ValidatingAdmissionPolicyBinding')
    .filter(({ object }) => object.get('spec', 'validationActions').items().some(({ value }) => value === 'Deny'))
    .map(({ object }) => object.get('spec', 'policyName').value)
  return new Set(stack.objects('ValidatingAdmissionPolicy')
    .filter(({ object }) => denying.includes(object.get('metadata', 'name').value))
    .flatMap(({ object }) => object.get('spec', 'matchConstraints', 'resourceRules').items())
    .filter((rule) => ['CREATE', 'UPDATE'].every((operation) => rule.get('operations').items().some(({ value }) => value === operation || value === '*')))
    .flatMap((rule) => rule.get('resources').items().map(({ value }) => value)))
}
