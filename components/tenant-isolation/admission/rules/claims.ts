import { storageClassName } from '../../../local-storage/render.ts'
import { type AdmissionRule, text } from '../rule.ts'

export const claimClasses: AdmissionRule = {
  name: 'claim-classes',
  title: 'A claim asks for storage that a VPS can have.',
  resources: [{ apiGroups: [''], resources: ['persistentvolumeclaims'], operations: ['CREATE'] }],
  variables: { wanted: 'object.spec.?storageClassName.orValue("")' },
  validations: [{
    expression: `variables.wanted == ${text(storageClassName)}`,
    message: `"storageClassName is " + (variables.wanted == "" ? "not set" : variables.wanted) + ", whose volumes can never be attached to a VPS: set storageClassName: ${storageClassName}"`,
  }],
}

/** A claim that names its volume would get one that another tenant has used or is about to get. The binder, which writes the name later, may change volumes. */
export const claimVolumes: AdmissionRule = {
  name: 'claim-volumes',
  title: 'A claim takes the volume that it is given.',
  resources: [{ apiGroups: [''], resources: ['persistentvolumeclaims'], operations: ['CREATE', 'UPDATE'] }],
  variables: { wanted: 'object.spec.?volumeName.orValue("")' },
  validations: [{
    expression: 'variables.wanted == "" || (oldObject != null && oldObject.spec.?volumeName.orValue("") == variables.wanted) || authorizer.group("").resource("persistentvolumes").check("update").allowed()',
    message: '"spec.volumeName is " + variables.wanted + ": a tenant does not choose its volume; leave it out"',
  }],
}
