import { objectsOfKind } from '../../kubernetes.ts'
import { type StackRule, violation } from '../../rule.ts'

const KINDS = ['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding', 'MutatingAdmissionPolicy', 'MutatingAdmissionPolicyBinding']

export const kept: StackRule = {
  id: 'admission-kept',
  title: 'No admission policy and no binding of one is taken away.',
  severity: 'critical',
  frameworks: { nsa: ['Pod security: enforcement'] },
  why: 'Tenants are held within their bounds by the admission policies: from the moment one is gone, everything that it refused is admitted.',
  fix: 'Keep it in the program; a removal that is meant goes into policies/exceptions.ts until it is done. Only a preview (pulumi preview --json) shows what goes away.',
  url: 'https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/',
  looksAt: 'stack',
  check: (stack) =>
    stack.removed.flatMap((resource) =>
      objectsOfKind(resource, ...KINDS).filter(({ patch }) => !patch).map(({ object }) => ({ resource, fault: violation(object, 'goes away, if only until its replacement is made') })),
    ),
}
