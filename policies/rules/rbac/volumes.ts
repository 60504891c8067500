import type { Field } from '../../field.ts'
import type { StackRule } from '../../rule.ts'
import { boundedByAdmission } from './bounded.ts'
import { granting } from './roles.ts'

export const rbacVolumes: StackRule = {
  id: 'rbac-volumes',
  title: 'No role makes PersistentVolumes, or changes others than those it names, within the bounds of an admission policy.',
  severity: 'high',
  frameworks: { cis: ['5.1.9'], mtb: ['Restrict access to cluster-scoped resources'] },
  why: 'A PersistentVolume may be any path of a node: who makes one reads the node. Who takes the claim off one gives its data to the next tenant.',
  fix: 'Remove create on persistentvolumes; grant update and patch by resourceNames, bounded by a ValidatingAdmissionPolicy that a binding enforces (VolumeAgents does).',
  url: 'https://kubernetes.io/docs/concepts/security/rbac-good-practices/#persistent-volume-creation',
  looksAt: 'stack',
  check: (stack) => {
    const bounded = boundedByAdmission(stack).has('persistentvolumes')
    const power = (...verbs: string[]) => ({ groups: [''], resources: ['persistentvolumes'], verbs })
    return stack.resources
      .flatMap((resource) => [...granting(resource, power('create')), ...granting(resource, power('update', 'patch'), undefined, (rule) => !(bounded && names(rule)))].map((fault) => ({ resource, fault })))
  },
}

/** Names mean nothing to create, since a new object has none yet. */
function names(rule: Field): boolean {
  return rule.get('resourceNames').items().length > 0
}
