import type { AdmissionRule } from '../rule.ts'

const isolating = ['resourcequotas', 'limitranges', 'serviceaccounts']

/** RBAC can give a right over all network policies or none, so the tenant's own ones and those that isolate it are told apart here. */
export const platformObjects: AdmissionRule = {
  name: 'platform-objects',
  title: 'What isolates a tenant is changed by the platform only.',
  resources: [
    { apiGroups: [''], resources: isolating, operations: ['CREATE', 'UPDATE', 'DELETE'] },
    { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], operations: ['CREATE', 'UPDATE', 'DELETE'] },
    { apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles', 'rolebindings'], operations: ['CREATE', 'UPDATE', 'DELETE'] },
  ],
  labels: { 'app.kubernetes.io/managed-by': 'annex' },
  exceptPlatform: true,
  validations: [{
    expression: 'false',
    message: '"the label app.kubernetes.io/managed-by=annex marks what isolates " + request.namespace + "; only the platform may make, change or delete it: use an object of your own, without that label"',
  }],
}
