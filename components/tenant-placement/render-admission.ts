/** The admission policies that keep a placement whoever creates the pod, as plain data. */
import { otherMutation, otherValidations, placedValidations, templateValidations, tenantMutation, tenantVariables, type Validation, type Variable } from './admission-cel.ts'
import { otherPlacement } from './place-pod.ts'

export interface PlacementAdmissionOptions {
  /** `audit`: what would be refused is let through, with a warning and an audit entry. `deny`: it is refused. */
  enforcement: 'audit' | 'deny'
  /** Namespaces of the cloud's system: there a toleration of the tenant taint is only noted in the audit log, whatever the enforcement. */
  systemNamespaces: string[]
  /** DaemonSets whose pods may run on tenant nodes. */
  daemonSets: { namespace: string; name: string }[]
  /** Users that bind pods to nodes: the cluster's scheduler. */
  schedulers: string[]
  /** Whether a tenant node has its taint with PreferNoSchedule, so that other pods must be kept off by their affinity. */
  preferNoSchedule: boolean
}

/** Which policy API the API server has. */
export interface AdmissionApi { mutating: boolean; validating: boolean }

export interface PolicyObject { apiVersion: 'admissionregistration.k8s.io/v1'; kind: string; metadata: { name: string; labels: Record<string, string> }; spec: Record<string, unknown> }

const tenants = { matchExpressions: [{ key: 'paas-tier', operator: 'In', values: ['tenant'] }] }
const namespaceName = 'kubernetes.io/metadata.name'

/**
 * Found by what discovery says of `admissionregistration.k8s.io/v1`.
 * @param kinds kinds of that group and version; empty where the API server does not have it
 */
export function findAdmissionApi(kinds: readonly string[]): AdmissionApi {
  const has = (kind: string) => kinds.includes(kind) && kinds.includes(`${kind}Binding`)
  return { mutating: has('MutatingAdmissionPolicy'), validating: has('ValidatingAdmissionPolicy') }
}

/** What is wrong with asking a cluster with this API for admission; empty where nothing is. */
export function admissionFaults(options: PlacementAdmissionOptions, api: AdmissionApi): string[] {
  return [
    ...(api.validating ? [] : ['the API server has no ValidatingAdmissionPolicy (admissionregistration.k8s.io/v1, Kubernetes 1.30 or newer), so nothing would keep pods where they belong: update the cluster, or remove annex:admission']),
    ...(options.preferNoSchedule && !api.mutating ? ['annex:workers[].taintEffect = "PreferNoSchedule" needs MutatingAdmissionPolicy (Kubernetes 1.36 or newer), which keeps other pods off: update the cluster, or use NoSchedule'] : []),
  ]
}

/** Policies and their bindings. Without MutatingAdmissionPolicy pods are not placed but must be, and so must templates, which are refused at once instead of their pods later. */
export function renderAdmission(options: PlacementAdmissionOptions, api: AdmissionApi): PolicyObject[] {
  const actions = options.enforcement === 'deny' ? ['Deny', 'Audit'] : ['Warn', 'Audit']
  // The API server takes no empty list of names.
  const others = { matchExpressions: [{ key: 'paas-tier', operator: 'NotIn', values: ['tenant'] }, ...(options.systemNamespaces.length > 0 ? [{ key: namespaceName, operator: 'NotIn', values: options.systemNamespaces }] : [])] }
  const system = { matchExpressions: [{ key: 'paas-tier', operator: 'NotIn', values: ['tenant'] }, { key: namespaceName, operator: 'In', values: options.systemNamespaces }] }
  return [
    ...(api.mutating ? mutating('annex-tenant-pods', tenants, [], tenantMutation) : []),
    ...(api.mutating && options.preferNoSchedule ? mutating('annex-other-pods', others, exceptions(options), otherMutation(otherPlacement.requirements!)) : []),
    ...validating({
      name: 'annex-tenant-pods', namespaces: tenants, resources: [pods], conditions: [changed], variables: tenantVariables('object.spec'),
      validations: [...templateValidations('object.spec', "request.operation == 'UPDATE'"), ...placedValidations],
      bindings: [{ actions }],
    }),
    ...validating({
      name: 'annex-tenant-bindings', namespaces: tenants, resources: [bindings],
      validations: [schedulerOnly(options.schedulers)],
      bindings: [{ actions }],
    }),
    ...validating({
      name: 'annex-tenant-templates', namespaces: tenants, resources: templates, conditions: [changedTemplate], variables: templateVariables,
      validations: api.mutating ? templateValidations('variables.pod') : [...templateValidations('variables.pod'), ...placedValidations],
      bindings: [{ actions: api.mutating ? ['Warn', 'Audit'] : actions }],
    }),
    ...validating({
      name: 'annex-tenant-taint', resources: [pods], conditions: [changedTolerations, ...exceptions(options)],
      validations: otherValidations,
      bindings: [{ namespaces: others, actions }, ...(options.systemNamespaces.length > 0 ? [{ suffix: '-system', namespaces: system, actions: ['Audit'] }] : [])],
    }),
  ]
}

type Rule = { apiGroups: string[]; apiVersions: string[]; operations: string[]; resources: string[]; scope: 'Namespaced' }
type Condition = { name: string; expression: string }

/** A ValidatingAdmissionPolicy. Of namespaces nothing means all. */
interface Validating {
  name: string
  namespaces?: object
  resources: Rule[]
  conditions?: Condition[]
  variables?: Variable[]
  validations: Validation[]
  /** Where it holds, and what follows. The suffix makes the binding's name; default: the policy's own. */
  bindings: { suffix?: string; namespaces?: object; actions: string[] }[]
}

const rule = (apiGroups: string[], operations: string[], resources: string[]): Rule => ({ apiGroups, apiVersions: ['*'], operations, resources, scope: 'Namespaced' })
/** Neither status nor ephemeral containers nor a resize can change where a pod runs, so those subresources are not asked about. */
const pods = rule([''], ['CREATE', 'UPDATE'], ['pods'])
/** The scheduler's way of setting nodeName, under its new and its old name. */
const bindings = rule([''], ['CREATE'], ['pods/binding', 'bindings'])
const templates = [
  rule(['apps'], ['CREATE', 'UPDATE'], ['deployments', 'statefulsets', 'daemonsets', 'replicasets']),
  rule(['batch'], ['CREATE', 'UPDATE'], ['jobs', 'cronjobs']),
  rule([''], ['CREATE', 'UPDATE'], ['replicationcontrollers', 'podtemplates']),
]

/** A pod that was there before the policy must still be able to get its status, its finalizers and its end. */
const changed: Condition = {
  name: 'placement-changes',
  expression: `request.operation == 'CREATE' || ${['nodeSelector', 'tolerations', 'affinity'].map((field) => `object.spec.?${field} != oldObject.spec.?${field}`).join(' || ')}`,
}
const changedTolerations: Condition = { name: 'tolerations-change', expression: "request.operation == 'CREATE' || object.spec.?tolerations != oldObject.spec.?tolerations" }

const templateOf = (object: string) => `(request.kind.kind == 'CronJob' ? ${object}.spec.jobTemplate.spec.?template : request.kind.kind == 'PodTemplate' ? ${object}.?template : ${object}.spec.?template)`
const changedTemplate: Condition = { name: 'template-changes', expression: `${templateOf('object')}.hasValue() && (request.operation == 'CREATE' || ${templateOf('object')} != ${templateOf('oldObject')})` }
const templateVariables: Variable[] = [{ name: 'pod', expression: `${templateOf('object')}.?spec.orValue({})` }, ...tenantVariables('variables.pod')]

/** The named DaemonSets, and the static pods that a kubelet mirrors. */
function exceptions({ daemonSets }: PlacementAdmissionOptions): Condition[] {
  const names = daemonSets.map(({ namespace, name }) => JSON.stringify(`${namespace}/${name}`)).join(', ')
  return [
    ...(daemonSets.length === 0 ? [] : [{ name: 'no-named-daemonset', expression: `!object.metadata.?ownerReferences.orValue([]).exists(o, o.kind == 'DaemonSet' && o.?controller.orValue(false) && (request.namespace + '/' + o.name) in [${names}])` }]),
    { name: 'no-static-pod', expression: "!('kubernetes.io/config.mirror' in object.metadata.?annotations.orValue({}) && request.userInfo.username.startsWith('system:node:'))" },
  ]
}

function schedulerOnly(schedulers: string[]): Validation {
  return {
    expression: `request.userInfo.username in [${schedulers.map((it) => JSON.stringify(it)).join(', ')}]`,
    messageExpression: "request.userInfo.username + ' may not bind pods to nodes: only the scheduler does (annex:admission.schedulers)'",
    reason: 'Invalid',
  }
}

const metadata = (name: string) => ({ name, labels: { 'app.kubernetes.io/managed-by': 'annex', 'app.kubernetes.io/component': 'tenant-placement' } })
const apiVersion = 'admissionregistration.k8s.io/v1'

function validating({ name, namespaces, resources, conditions, variables, validations, bindings }: Validating): PolicyObject[] {
  const spec = {
    failurePolicy: 'Fail',
    matchConstraints: { matchPolicy: 'Equivalent', ...(namespaces && { namespaceSelector: namespaces }), resourceRules: resources },
    ...(conditions && { matchConditions: conditions }),
    ...(variables && { variables }),
    validations,
  }
  return [
    { apiVersion, kind: 'ValidatingAdmissionPolicy', metadata: metadata(name), spec },
    ...bindings.map(({ suffix = '', namespaces: bound, actions }): PolicyObject => ({
      apiVersion,
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: metadata(`${name}${suffix}`),
      spec: { policyName: name, validationActions: actions, ...(bound && { matchResources: { namespaceSelector: bound } }) },
    })),
  ]
}

/** Run again after others have changed the pod: it looks for what it adds, so it adds nothing twice. */
function mutating(name: string, namespaceSelector: object, matchConditions: Condition[], { variables, expression }: { variables: Variable[]; expression: string }): PolicyObject[] {
  const spec = {
    failurePolicy: 'Fail',
    reinvocationPolicy: 'IfNeeded',
    matchConstraints: { matchPolicy: 'Equivalent', namespaceSelector, resourceRules: [{ ...pods, operations: ['CREATE'] }] },
    ...(matchConditions.length === 0 ? {} : { matchConditions }),
    variables,
    mutations: [{ patchType: 'JSONPatch', jsonPatch: { expression } }],
  }
  return [
    { apiVersion, kind: 'MutatingAdmissionPolicy', metadata: metadata(name), spec },
    { apiVersion, kind: 'MutatingAdmissionPolicyBinding', metadata: metadata(name), spec: { policyName: name } },
  ]
}
