/**
 * Gives inputs of the built-in kinds the spelling that the API server gives them back in, so that a different spelling
 * is no change. The official plugin gets it by a round trip through the Go types (k8s.io/api), whose rules these are:
 * a field that holds a plain value (no pointer) and is tagged omitempty disappears when it is empty.
 */
import { containsUnknown, isObject, type Properties, type Value } from '../plugin/values.ts'
import type { KubernetesObject } from './objects.ts'
import { canonicalQuantity } from './quantities.ts'

/** A copy of the inputs in one spelling, without the fields that only the API server sets. */
export function normalize(inputs: KubernetesObject): KubernetesObject {
  const known = BUILT_IN.has(inputs.apiVersion ?? '') && !containsUnknown(inputs as Properties)
  const object = structuredClone(known ? normalizeKind(inputs) : inputs)
  if (isObject(object.metadata)) for (const field of SERVER_SET) delete object.metadata[field]
  return object
}

const BUILT_IN = new Set([
  'v1', 'admissionregistration.k8s.io/v1', 'apiextensions.k8s.io/v1', 'apiregistration.k8s.io/v1', 'apps/v1', 'autoscaling/v1',
  'autoscaling/v2', 'batch/v1', 'certificates.k8s.io/v1', 'coordination.k8s.io/v1', 'discovery.k8s.io/v1', 'events.k8s.io/v1',
  'flowcontrol.apiserver.k8s.io/v1', 'networking.k8s.io/v1', 'node.k8s.io/v1', 'policy/v1', 'rbac.authorization.k8s.io/v1',
  'resource.k8s.io/v1', 'scheduling.k8s.io/v1', 'storage.k8s.io/v1',
])
const SERVER_SET = ['creationTimestamp', 'deletionGracePeriodSeconds', 'deletionTimestamp', 'generation', 'managedFields', 'resourceVersion', 'uid']

/** Fields whose values are quantities, by themselves or as a map of them. */
const QUANTITIES = new Set(['sizeLimit', 'divisor', 'averageValue', 'maximumVolumeSize'])
const QUANTITY_MAPS = new Set(['capacity', 'limits', 'requests', 'overhead', 'max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio', 'hard'])
/** Fields whose keys are the user's: nothing in them is dropped. */
const MAPS = new Set(['annotations', 'binaryData', 'data', 'labels', 'matchLabels', 'nodeSelector', 'options', 'parameters', 'stringData', 'volumeAttributes'])
const DROPPED_IF_FALSE = new Set(['chapAuthDiscovery', 'chapAuthSession', 'globalDefault', 'hostIPC', 'hostNetwork', 'hostPID', 'paused', 'publishNotReadyAddresses', 'readOnly', 'stdin', 'stdinOnce', 'tty', 'unschedulable'])
const DROPPED_IF_ZERO = new Set(['failureThreshold', 'healthCheckNodePort', 'hostPort', 'initialDelaySeconds', 'minReadySeconds', 'nodePort', 'periodSeconds', 'successThreshold'])
/** Texts that are kept when they are empty: an empty one says something else than none. */
const KEPT_TEXTS = new Set(['apiGroup', 'appProtocol', 'hostnameOverride', 'ingressClassName', 'loadBalancerClass', 'localhostProfile', 'runtimeClassName', 'storageClassName', 'volumeAttributesClassName'])
/** Lists that are kept when they are empty. */
const KEPT_LISTS = new Set(['admissionReviewVersions', 'containers', 'monitors', 'nodeSelectorTerms', 'paths', 'rules', 'sources', 'verbs'])

function normalizeKind(inputs: KubernetesObject): KubernetesObject {
  const { apiVersion, kind } = inputs
  if (apiVersion === 'v1' && kind === 'Secret') return normalizeSecret(inputs)
  if (apiVersion === 'apiextensions.k8s.io/v1') return normalizeDefinition(inputs)
  const object = normalizeFields(inputs as Properties) as KubernetesObject
  // A volume has no class, a claim may ask for none.
  if (apiVersion === 'v1' && kind === 'PersistentVolume' && object.spec?.storageClassName === '') delete object.spec.storageClassName
  // The only selector that is a plain map.
  if (apiVersion === 'v1' && kind === 'Service' && isEmpty(object.spec?.selector)) delete object.spec?.selector
  return object
}

function normalizeFields(object: Properties): Properties {
  return Object.fromEntries(
    Object.entries(object).flatMap(([key, value]): [string, Value][] => {
      if (value === null || isDropped(key, value)) return []
      if (QUANTITIES.has(key)) return [[key, canonicalQuantity(value) as Value]]
      if (QUANTITY_MAPS.has(key) && isObject(value)) {
        return [[key, Object.fromEntries(Object.entries(value).map(([name, quantity]) => [name, (isObject(quantity) ? normalizeFields(quantity) : canonicalQuantity(quantity)) as Value]))]]
      }
      if (MAPS.has(key)) return [[key, value]]
      if (Array.isArray(value)) return [[key, value.map((item) => (isObject(item) ? normalizeFields(item) : item))]]
      return [[key, isObject(value) ? normalizeFields(value) : value]]
    }),
  )
}

function isDropped(key: string, value: Value): boolean {
  if (value === false) return DROPPED_IF_FALSE.has(key)
  if (value === 0) return DROPPED_IF_ZERO.has(key)
  if (value === '') return !KEPT_TEXTS.has(key)
  if (Array.isArray(value)) return value.length === 0 && !KEPT_LISTS.has(key)
  return isEmpty(value) && (MAPS.has(key) || QUANTITY_MAPS.has(key))
}

function isEmpty(value: unknown): boolean {
  return isObject(value as Value) && Object.keys(value as object).length === 0
}

/** stringData is for writing only: the API server keeps it as base64 in data. */
function normalizeSecret(inputs: KubernetesObject): KubernetesObject {
  const { stringData, ...rest } = inputs
  const data = { ...(rest.data as { [key: string]: string } | undefined) }
  if (isEmpty(stringData) || stringData === undefined) {
    const decoded = Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('base64')])
    return rest.data === undefined ? inputs : { ...inputs, data: Object.fromEntries(decoded) }
  }
  for (const [key, value] of Object.entries(stringData as { [key: string]: string })) data[key] = Buffer.from(value).toString('base64')
  return { ...rest, data }
}

/** The API server drops `preserveUnknownFields: false`, and status is its own. */
function normalizeDefinition(inputs: KubernetesObject): KubernetesObject {
  const { status: _status, ...object } = inputs
  if (object.spec?.preserveUnknownFields !== false) return object
  const { preserveUnknownFields: _dropped, ...spec } = object.spec
  return { ...object, spec }
}
