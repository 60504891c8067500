import { type AdmissionRule, annotationList, shown, text } from '../rule.ts'

/** Keys that the platform, the scheduler and policies read as facts about a node or a tenant. */
const reservedPrefixes = ['annex/', 'node.kubernetes.io/', 'node-role.kubernetes.io/', 'node-restriction.kubernetes.io/', 'topology.kubernetes.io/']
const reservedKeys = ['node-type', 'paas-tier', 'storage-type']

const reserved = (key: string) => `([${reservedKeys.map(text).join(', ')}].exists(r, r == ${key}) || [${reservedPrefixes.map(text).join(', ')}].exists(r, ${key}.startsWith(r)))`
const of = (object: string, field: string) => `${object}.metadata.?${field}.orValue({})`
/** Reserved keys that are new or changed; the scheduler writes topology labels while it binds a pod, which is no change of the pod. */
const changed = (field: string) =>
  `${of('object', field)}.map(k, k).filter(k, ${reserved('k')} && (oldObject == null || ${of('oldObject', field)}[?k].orValue("") != object.metadata.${field}[k]))`

export const podPriority: AdmissionRule = {
  name: 'pod-priority',
  title: 'A tenant’s pods push nobody else’s away.',
  resources: [{ apiGroups: [''], resources: ['pods'], operations: ['CREATE'] }],
  variables: { allowed: annotationList('priorityClasses'), wanted: 'object.spec.?priorityClassName.orValue("")' },
  validations: [{
    expression: 'variables.wanted == "" || variables.wanted in variables.allowed',
    message: `"priorityClassName " + variables.wanted + " is not this tenant's: allowed are " + ${shown('variables.allowed')} + "; leave it out, or add it to annex:tenants[].priorityClasses (also where it is the default of the whole cluster)"`,
  }],
}

export const podLabels: AdmissionRule = {
  name: 'pod-labels',
  title: 'A tenant’s pods carry no label or annotation that reads as a fact about a node or about the tenant.',
  resources: [{ apiGroups: [''], resources: ['pods'], operations: ['CREATE', 'UPDATE'] }],
  exceptPlatform: true,
  variables: { changed: `${changed('labels')} + ${changed('annotations')}` },
  validations: [{
    expression: 'size(variables.changed) == 0',
    message: '"metadata has " + variables.changed.join(", ") + ", which only the platform sets: use a key of your own"',
  }],
}
