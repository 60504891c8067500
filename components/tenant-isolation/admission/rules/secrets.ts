import type { AdmissionRule } from '../rule.ts'

export const accountTokens: AdmissionRule = {
  name: 'account-tokens',
  title: 'No secret holds a service account’s token that never ends.',
  resources: [{ apiGroups: [''], resources: ['secrets'], operations: ['CREATE'] }],
  validations: [{
    expression: 'object.?type.orValue("") != "kubernetes.io/service-account-token"',
    message: '"type is kubernetes.io/service-account-token: its token would never end; a pod gets a short-lived one with automountServiceAccountToken: true"',
  }],
}
