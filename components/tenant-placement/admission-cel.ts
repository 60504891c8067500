/** The rules of admission-rules.ts and the work of placePod in CEL, as the API server evaluates it. */
import { nodePoolLabel, sharedNodePool } from './node-pools.ts'
import { tenantPlacement, tenantTaint } from './place-pod.ts'

export interface Variable { name: string; expression: string }
export interface Validation { expression: string; messageExpression: string; reason: 'Invalid' }

/** Label of a tenant's namespace with the pool of nodes that its pods go to; the tenant cannot change it. Without it: the shared pool. */
export const namespacePoolLabel = 'paas-pool'

const tier = Object.entries(tenantPlacement.nodeSelector)[0]!
const required = 'requiredDuringSchedulingIgnoredDuringExecution'
const preferred = 'preferredDuringSchedulingIgnoredDuringExecution'

/** What a pod has, by short names. @param spec expression of the pod spec */
function podVariables(spec: string): Variable[] {
  return [
    { name: 'selector', expression: `${spec}.?nodeSelector.orValue({})` },
    { name: 'tolerations', expression: `${spec}.?tolerations.orValue([])` },
    { name: 'terms', expression: `${spec}.?affinity.?nodeAffinity.?${required}.?nodeSelectorTerms.orValue([])` },
  ]
}

/** The labels that a tenant's pod must select; the pool is that of its namespace. */
export function tenantVariables(spec: string): Variable[] {
  return [
    { name: 'pool', expression: `namespaceObject.metadata.?labels[?'${namespacePoolLabel}'].orValue('${sharedNodePool}')` },
    { name: 'labels', expression: `{'${tier[0]}': '${tier[1]}', '${nodePoolLabel}': variables.pool}` },
    ...podVariables(spec),
  ]
}

const covered = `variables.tolerations.exists(t, t.?effect.orValue('') in ['', 'NoSchedule'] && !has(t.tolerationSeconds) &&
  ((t.?operator.orValue('Equal') == 'Exists' && t.?key.orValue('') in ['', '${tenantTaint.key}']) ||
   (t.?operator.orValue('Equal') == 'Equal' && t.?key.orValue('') == '${tenantTaint.key}' && t.?value.orValue('') == '${tenantTaint.value}')))`

/** Whether a label requirement r can hold of a node whose label has the value v. */
const satisfies = (r: string, v: string) => `(
  ${r}.operator == 'In' ? ${v} in ${r}.?values.orValue([]) :
  ${r}.operator == 'NotIn' ? !(${v} in ${r}.?values.orValue([])) :
  ${r}.operator == 'DoesNotExist' ? false :
  ${r}.operator in ['Gt', 'Lt'] ? (${v}.matches('^-?[0-9]{1,18}$') && ${r}.values[0].matches('^-?[0-9]{1,18}$') &&
    (${r}.operator == 'Gt' ? int(${v}) > int(${r}.values[0]) : int(${v}) < int(${r}.values[0]))) :
  true)`

const isEmptyTerm = (t: string) => `size(${t}.?matchExpressions.orValue([])) + size(${t}.?matchFields.orValue([])) == 0`

/** Rules for what no placement can help, of a pod and of a template. @param spec expression of the pod spec; @param bound whether a scheduler may have set nodeName */
export function templateValidations(spec: string, bound = 'false'): Validation[] {
  return [
    {
      expression: `${bound} || ${spec}.?nodeName.orValue('') == ''`,
      messageExpression: `'the pod sets nodeName=' + ${spec}.?nodeName.orValue('') + ', which goes past the scheduler and every placement: remove it'`,
      reason: 'Invalid',
    },
    {
      expression: `variables.labels.all(k, !(k in variables.selector) || variables.selector[k] == variables.labels[k])`,
      messageExpression: `variables.labels.filter(k, k in variables.selector && variables.selector[k] != variables.labels[k]).map(k, 'the nodeSelector of the pod has ' + k + '=' + variables.selector[k] + ', its placement needs ' + k + '=' + variables.labels[k]).join('; ') + ': remove the one of the pod'`,
      reason: 'Invalid',
    },
    {
      expression: `!variables.terms.exists(t, !(${isEmptyTerm('t')})) || variables.terms.exists(t, !(${isEmptyTerm('t')}) &&
  t.?matchExpressions.orValue([]).all(e, !(e.key in variables.labels) || ${satisfies('e', 'variables.labels[e.key]')}))`,
      messageExpression: `'every term of the node affinity of the pod contradicts its placement, which needs ' + variables.labels.map(k, k + '=' + variables.labels[k]).join(' and ') + ': remove the terms'`,
      reason: 'Invalid',
    },
    {
      expression: `variables.tolerations.all(t, t.?key.orValue('') != '' && (t.key != '${tenantTaint.key}' || (t.?operator.orValue('Equal') != 'Exists' && t.?value.orValue('') == '${tenantTaint.value}')))`,
      messageExpression: `'the pod tolerates every taint, or every value of ${tenantTaint.key}: name the taints, and of ${tenantTaint.key} only the value ${tenantTaint.value}'`,
      reason: 'Invalid',
    },
  ]
}

const howToPlace = `': place it (npm run -s place -- --pool ' + variables.pool + ' FILE)'`

/** Rules for a pod that should have its placement by now. */
export const placedValidations: Validation[] = [
  {
    expression: 'variables.labels.all(k, k in variables.selector)',
    messageExpression: `'the nodeSelector of the pod lacks ' + variables.labels.filter(k, !(k in variables.selector)).map(k, k + '=' + variables.labels[k]).join(' and ') + ${howToPlace}`,
    reason: 'Invalid',
  },
  {
    expression: covered,
    messageExpression: `'the pod does not tolerate ${tenantTaint.key}=${tenantTaint.value}:NoSchedule' + ${howToPlace}`,
    reason: 'Invalid',
  },
]

/** A map of several types of value has to say so. */
const cel = (value: unknown): string => (Array.isArray(value) ? `[${value.map(cel).join(', ')}]` : typeof value === 'object' && value !== null
  ? `{${Object.entries(value).map(([key, inner]) => `'${key}': dyn(${cel(inner)})`).join(', ')}}`
  : typeof value === 'string' ? `'${value}'` : String(value))

const add = (path: string, value: string) => `JSONPatch{op: 'add', path: ${path}, value: ${value}}`
const nodeAffinity = '/spec/affinity/nodeAffinity'

/** JSON patches that AND `variables.demands` into the node affinity, as placeAffinity does. */
const affinityPatches = [
  `(has(object.spec.affinity) ? [] : [${add("'/spec/affinity'", '{}')}])`,
  `(has(object.spec.affinity) && has(object.spec.affinity.nodeAffinity) ? [] : [${add(`'${nodeAffinity}'`, '{}')}])`,
  `(object.spec.?affinity.?nodeAffinity.?${required}.hasValue() ?
  variables.terms.transformList(i, t, !(${isEmptyTerm('t')}) && !variables.demands.all(d, d in t.?matchExpressions.orValue([])),
    ${add(`'${nodeAffinity}/${required}/nodeSelectorTerms/' + string(i) + '/matchExpressions'`, 't.?matchExpressions.orValue([]) + variables.demands.filter(d, !(d in t.?matchExpressions.orValue([])))')}) :
  [${add(`'${nodeAffinity}/${required}'`, "{'nodeSelectorTerms': [{'matchExpressions': variables.demands}]}")}])`,
]

/** Variables and mutation that give a tenant's pod what placePod would. */
export const tenantMutation: { variables: Variable[]; expression: string } = {
  variables: [
    ...tenantVariables('object.spec'),
    { name: 'demands', expression: `[${cel({ key: tier[0], operator: 'In', values: [tier[1]] })}, {'key': dyn('${nodePoolLabel}'), 'operator': dyn('In'), 'values': dyn([variables.pool])}]` },
    { name: 'preference', expression: cel({ weight: 100, preference: { matchExpressions: Object.entries(tenantPlacement.preferred).map(([key, value]) => ({ key, operator: 'In', values: [value] })) } }) },
    { name: 'covered', expression: covered },
  ],
  expression: [
    `(has(object.spec.nodeSelector) ? [] : [${add("'/spec/nodeSelector'", '{}')}])`,
    `['${tier[0]}', '${nodePoolLabel}'].filter(k, !(k in variables.selector)).map(k, ${add("'/spec/nodeSelector/' + jsonpatch.escapeKey(k)", 'variables.labels[k]')})`,
    `(variables.covered ? [] : (has(object.spec.tolerations) ? [${add("'/spec/tolerations/-'", cel(tenantPlacement.tolerations[0]))}] : [${add("'/spec/tolerations'", cel(tenantPlacement.tolerations))}]))`,
    ...affinityPatches,
    `(object.spec.?affinity.?nodeAffinity.?${preferred}.hasValue() ?
  (variables.preference in object.spec.affinity.nodeAffinity.${preferred} ? [] : [${add(`'${nodeAffinity}/${preferred}/-'`, 'variables.preference')}]) :
  [${add(`'${nodeAffinity}/${preferred}'`, '[variables.preference]')}])`,
  ].join(' +\n'),
}

/** The same for the pods of everybody else. */
export function otherMutation(demands: readonly object[]): { variables: Variable[]; expression: string } {
  return { variables: [...podVariables('object.spec'), { name: 'demands', expression: cel(demands) }], expression: affinityPatches.join(' +\n') }
}

export const otherValidations: Validation[] = [{
  expression: `!object.spec.?tolerations.orValue([]).exists(t, t.?effect.orValue('') != 'NoExecute' && (t.?key.orValue('') == '' ? t.?operator.orValue('Equal') == 'Exists' :
  t.key == '${tenantTaint.key}' && (t.?operator.orValue('Equal') == 'Exists' || t.?value.orValue('') == '${tenantTaint.value}')))`,
  messageExpression: `'the pod tolerates ${tenantTaint.key}=${tenantTaint.value}, which opens the nodes of the tenants to it: name the taints that it needs, or list its DaemonSet in annex:admission.daemonSets'`,
  reason: 'Invalid',
}]
