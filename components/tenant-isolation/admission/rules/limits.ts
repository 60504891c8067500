import type { MutationRule } from '../rule.ts'

const names = ['cpu', 'memory', 'ephemeral-storage']
const of = (kind: 'requests' | 'limits', name: string) => `c.?resources.${kind}[?"${name}"]`
const isBelow = (name: string) => `${of('requests', name)}.hasValue() && ${of('limits', name)}.hasValue() && quantity(string(${of('requests', name)}.value())).isGreaterThan(quantity(string(${of('limits', name)}.value())))`
const anyBelow = names.map((name) => `(${isBelow(name)})`).join(' || ')
const raised = names.map((name) => `?"${name}": ${isBelow(name)} ? ${of('requests', name)} : optional.none()`).join(', ')
const containers = (list: string) => `${list}: object.spec.?${list}.orValue([]).filter(c, ${anyBelow}).map(c, Object.spec.${list}{name: c.name, resources: Object.spec.${list}.resources{limits: {${raised}}}})`

/**
 * The LimitRange gives its default to a container that states requests alone, as many charts do, and the API server refuses a limit below the
 * request. LimitRange and quota still hold the raised one, since both look again after all changes.
 */
export const limitsDefault: MutationRule = {
  name: 'limits',
  title: 'A container that asks for more than its limit gets what it asks for.',
  resources: [{ apiGroups: [''], resources: ['pods'], operations: ['CREATE'] }],
  when: ['containers', 'initContainers'].map((list) => `object.spec.?${list}.orValue([]).exists(c, ${anyBelow})`).join(' || '),
  apply: `Object{spec: Object.spec{${containers('containers')}, ${containers('initContainers')}}}`,
}
