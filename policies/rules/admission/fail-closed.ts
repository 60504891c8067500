import { objectsOfKind } from '../../kubernetes.ts'
import { refuse, type ResourceRule, show } from '../../rule.ts'

export const failClosed: ResourceRule = {
  id: 'admission-fail-closed',
  title: 'Every admission webhook and admission policy refuses what it cannot judge, and what its parameters are missing for.',
  severity: 'high',
  frameworks: { nsa: ['Pod security: enforcement'] },
  why: 'With failurePolicy Ignore whoever makes the webhook slow or the expression fail gets everything admitted.',
  fix: 'Set failurePolicy to Fail, which is also the default where it is left out, and parameterNotFoundAction of a binding to Deny.',
  url: 'https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#failure-policy',
  looksAt: 'inputs',
  about: ['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration', 'ValidatingAdmissionPolicy', 'MutatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding', 'MutatingAdmissionPolicyBinding'],
  check: (resource) => [
    ...[
      ...objectsOfKind(resource, 'ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration').flatMap(({ object }) => object.get('webhooks').items().map((webhook) => webhook.get('failurePolicy'))),
      ...objectsOfKind(resource, 'ValidatingAdmissionPolicy', 'MutatingAdmissionPolicy').map(({ object }) => object.get('spec', 'failurePolicy')),
    ].flatMap((policy) => refuse(policy, (value) => value === 'Fail', `is ${show(policy.value, ['Ignore'])}, needed is "Fail"`)),
    ...objectsOfKind(resource, 'ValidatingAdmissionPolicyBinding', 'MutatingAdmissionPolicyBinding')
      .map(({ object }) => object.get('spec', 'paramRef', 'parameterNotFoundAction'))
      .flatMap((action) => refuse(action, (value) => value === 'Deny', `is ${show(action.value, ['Allow'])}, needed is "Deny"`)),
  ],
  repaired: ({ steps }) => (steps.at(-1) === 'parameterNotFoundAction' ? 'Deny' : 'Fail'),
}
