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

const node = 'volume.kubernetes.io/selected-node'
const platform = 'authorizer.group("").resource("persistentvolumes").check("update").allowed()'
const selected = (object: string) => `${object}.metadata.?annotations[?${text(node)}].orValue("")`

/**
 * A claim that names its volume would get one that another tenant has used or is about to get; one that names its node would be cut from the disk
 * of a node that is another tenant's. The binder and the scheduler, which write both later, may change volumes.
 */
export const claimVolumes: AdmissionRule = {
  name: 'claim-volumes',
  title: 'A claim takes the volume that it is given.',
  resources: [{ apiGroups: [''], resources: ['persistentvolumeclaims'], operations: ['CREATE', 'UPDATE'] }],
  variables: { wanted: 'object.spec.?volumeName.orValue("")' },
  validations: [{
    expression: `variables.wanted == "" || (oldObject != null && oldObject.spec.?volumeName.orValue("") == variables.wanted) || ${platform}`,
    message: '"spec.volumeName is " + variables.wanted + ": a tenant does not choose its volume; leave it out"',
  }, {
    expression: `${selected('object')} == "" || (oldObject != null && ${selected('oldObject')} == ${selected('object')}) || ${platform}`,
    message: `"the annotation ${node} is " + ${selected('object')} + ": the scheduler chooses the node of a claim; leave it out"`,
  }],
}
