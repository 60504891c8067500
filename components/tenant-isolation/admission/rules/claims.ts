import { storageClassName } from '../../../local-storage/render.ts'
import { type AdmissionRule, type MutationRule, text } from '../rule.ts'

/** The annotation is older than the field, and wins over it. */
const annotation = 'volume.beta.kubernetes.io/storage-class'
const wanted = `object.metadata.?annotations[?${text(annotation)}].orValue(object.spec.?storageClassName.orValue(""))`

export const claimClasses: AdmissionRule = {
  name: 'claim-classes',
  title: 'A claim asks for storage that a VPS can have.',
  resources: [{ apiGroups: [''], resources: ['persistentvolumeclaims'], operations: ['CREATE'] }],
  variables: { wanted },
  validations: [{
    expression: `variables.wanted == ${text(storageClassName)}`,
    message: `"storageClassName is " + (variables.wanted == "" ? "not set" : variables.wanted) + ", whose volumes can never be attached to a VPS: set storageClassName: ${storageClassName}"`,
  }],
}

const node = 'volume.kubernetes.io/selected-node'
const platform = 'authorizer.group("").resource("persistentvolumes").check("update").allowed()'
const selected = (object: string) => `${object}.metadata.?annotations[?${text(node)}].orValue("")`

const setClass = `Object{spec: Object.spec{storageClassName: ${text(storageClassName)}}}`

/** In a cluster without a default class. */
export const claimClassDefault: MutationRule = {
  name: 'claim-classes',
  title: 'A claim without a class gets the one of the VPS.',
  resources: [{ apiGroups: [''], resources: ['persistentvolumeclaims'], operations: ['CREATE'] }],
  when: `!has(object.spec.storageClassName) && ${wanted} == ""`,
  apply: setClass,
}

/**
 * The API server gives a claim without a class the cluster's default one before any policy sees it; nobody can tell the two apart any more. On a
 * VPS no claim can have that class, so it gets the one that it can.
 */
export const claimClassOfCluster: MutationRule = {
  name: 'claim-default-class',
  title: 'A claim that was given the default class of the cluster gets the one of the VPS.',
  resources: [{ apiGroups: [''], resources: ['persistentvolumeclaims'], operations: ['CREATE'] }],
  everyOne: { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass' },
  when: `object.spec.?storageClassName.orValue("") == params.metadata.name && params.metadata.?annotations[?"storageclass.kubernetes.io/is-default-class"].orValue("") == "true"`,
  apply: setClass,
}

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
