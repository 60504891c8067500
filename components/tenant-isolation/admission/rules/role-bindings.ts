import { type AdmissionRule, annotationList, shown } from '../rule.ts'

/** What a role may hold is bounded by RBAC itself (nobody gives more than they have); this bounds to whom it is given. */
export const roleBindings: AdmissionRule = {
  name: 'role-bindings',
  title: 'A tenant gives its rights to its own service accounts and to named people, never to everybody or to another namespace.',
  resources: [{ apiGroups: ['rbac.authorization.k8s.io'], resources: ['rolebindings'], operations: ['CREATE', 'UPDATE'] }],
  exceptPlatform: true,
  variables: { own: annotationList('namespaces'), subjects: 'has(object.subjects) ? object.subjects : []' },
  validations: [
    {
      expression: 'variables.subjects.all(s, s.kind == "ServiceAccount" || !s.name.startsWith("system:"))',
      message: '"subjects has " + variables.subjects.filter(s, s.kind != "ServiceAccount" && s.name.startsWith("system:")).map(s, s.name).join(", ") + ", which is not of this tenant: name people, groups or service accounts of your own"',
    },
    {
      expression: 'variables.subjects.all(s, s.kind != "ServiceAccount" || s.namespace in variables.own)',
      message: `"subjects has a service account of another namespace: allowed are those of " + ${shown('variables.own')}`,
    },
  ],
}
