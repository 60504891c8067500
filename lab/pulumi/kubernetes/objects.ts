/**
 * Kubernetes objects as plain data, and how they are written to Pulumi's state and read from it.
 */
import { containsSecret, isObject, isSecret, isUnknown, reveal, secret, type Properties, type Value } from '../plugin/values.ts'

export interface KubernetesObject {
  apiVersion?: string
  kind?: string
  metadata?: Metadata
  [field: string]: any
}
export interface Metadata {
  name?: string
  namespace?: string
  generateName?: string
  uid?: string
  generation?: number
  resourceVersion?: string
  labels?: { [key: string]: string }
  annotations?: { [key: string]: string }
  finalizers?: string[]
  ownerReferences?: { uid: string; kind: string; name: string }[]
  managedFields?: ManagedFields[]
  [field: string]: any
}
export interface ManagedFields {
  manager: string
  operation: 'Apply' | 'Update'
  apiVersion: string
  fieldsType: string
  fieldsV1: FieldSet
  subresource?: string
  time?: string
}
export interface FieldSet {
  [field: string]: FieldSet
}

/** Names in CRD schemas that Pulumi's SDKs cannot write as they are. */
const DASHED = ['embedded-resource', 'int-or-string', 'list-map-keys', 'list-type', 'map-type', 'preserve-unknown-fields', 'validations'].map((name) => `x-kubernetes-${name}`)
const TO_DASHED = new Map(DASHED.map((name) => [name.replaceAll('-', '_'), name]))
const TO_UNDERSCORED = new Map(DASHED.map((name) => [name, name.replaceAll('-', '_')]))

/** The object in a resource's inputs: without secret marks, names as the API server has them. */
export function toObject(properties: Properties): KubernetesObject {
  return renameKeys(reveal(properties), TO_DASHED) as KubernetesObject
}

/** Inputs as they are given back to the engine, with the secret marks of the inputs they come from. */
export function toInputs(object: KubernetesObject, from: Properties): Properties {
  const inputs = structuredClone(object) as Properties
  markSecrets(inputs, from)
  return inputs
}

/** A resource's state: the live object, and beside it the inputs that made it. */
export function toState(inputs: KubernetesObject, live: KubernetesObject, from: Properties, initialApiVersion: string, fieldManager: string): Properties {
  const state = structuredClone(renameKeys(live as Value, TO_UNDERSCORED)) as Properties
  const kept = structuredClone(renameKeys(inputs as Value, TO_UNDERSCORED)) as Properties
  markSecrets(state, from)
  markSecrets(kept, from)
  return { ...state, __inputs: kept, __initialApiVersion: initialApiVersion, __fieldManager: fieldManager }
}

/** Inputs and live object out of a resource's state. */
export function fromState(state: Properties): { inputs: KubernetesObject; live: KubernetesObject } {
  const { __inputs: inputs = {}, ...live } = toObject(state)
  return { inputs, live }
}

/** Copies from `source` what `shape` has keys for; of an array as many elements as the shape has. */
export function prune(source: any, shape: any): any {
  if (isObject(source) && isObject(shape)) {
    return Object.fromEntries(Object.entries(source).flatMap(([key, value]) => (key in shape ? [[key, prune(value, shape[key])]] : [])))
  }
  if (Array.isArray(source) && Array.isArray(shape)) {
    if (source.length === 0 || shape.length === 0) return []
    if (typeName(source[0]) !== typeName(shape[0])) return structuredClone(source)
    return source.slice(0, shape.length).map((item, i) => prune(item, shape[i]))
  }
  return source
}

function typeName(value: Value): string {
  return Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value
}

/** `<namespace>/<name>`, or `<name>` of a cluster-wide object. */
export function objectId({ metadata }: KubernetesObject): string {
  return metadata?.namespace ? `${metadata.namespace}/${metadata.name}` : metadata!.name!
}

export function parseId(id: string): { namespace: string; name: string } {
  const [first = '', second] = id.split('/')
  return second === undefined ? { namespace: '', name: first } : { namespace: first, name: second }
}

export function annotation(object: KubernetesObject, key: string): string | undefined {
  const { annotations } = object.metadata ?? {}
  return isObject(annotations) ? (annotations[key] as string | undefined) : undefined
}

/** `<apiVersion>/<kind>`, such as `apps/v1/Deployment` and `v1/Pod`. */
export function typeOf({ apiVersion, kind }: KubernetesObject): string {
  return `${apiVersion}/${kind}`
}

/** A Patch resource changes fields of an object that someone else made. */
export function isPatch(type: string, { kind }: KubernetesObject): boolean {
  return type.split(':').at(-1) === `${kind}Patch`
}

/**
 * Marks in `outs` what is secret in `ins`. A secret inside an array makes the whole array secret; the data of a Secret always is.
 */
function markSecrets(outs: Properties, ins: Value | undefined): void {
  if (outs.kind === 'Secret') {
    for (const field of ['data', 'stringData']) if (outs[field] !== undefined) outs[field] = secret(outs[field])
    return
  }
  if (!isObject(ins)) return
  for (const [key, wanted] of Object.entries(ins)) {
    const value = outs[key]
    if (value === undefined) continue
    if (isObject(value) && !isSecret(value) && isObject(wanted) && !isSecret(wanted)) markSecrets(value, wanted)
    else if (containsSecret(wanted) && !isUnknown(value)) outs[key] = secret(value)
  }
}

function renameKeys(value: Value, names: Map<string, string>): Value {
  if (Array.isArray(value)) return value.map((item) => renameKeys(item, names))
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [names.get(key) ?? key, renameKeys(item, names)]))
}
