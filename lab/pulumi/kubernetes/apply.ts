/**
 * Creates, updates and deletes objects: server-side apply with one field manager per resource.
 * Source of the rules: provider/pkg/await/await.go in pulumi/pulumi-kubernetes.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { PluginError } from '../plugin/serve.ts'
import { isObject } from '../plugin/values.ts'
import { ApiError, NoMatchError, type Api } from './api.ts'
import { annotation, type FieldSet, type KubernetesObject, type ManagedFields } from './objects.ts'
import { isDefinition } from './scope.ts'

export interface Write {
  inputs: KubernetesObject
  fieldManager: string
  preview: boolean
  /** A Patch resource changes fields of an object that someone else made. */
  patch: boolean
  /** A create of something that exists updates it. */
  upsert: boolean
  /** Overwrite what other field managers own. */
  force: boolean
}

/** A create is an object of one's own; its fields go over to the resource's field manager at the first update. */
const CREATOR = 'pulumi-kubernetes'
/**
 * Field managers whose fields the resource takes over, by the beginning of their names: `kubectl` stands for kubectl-edit, kubectl-patch and
 * all others of kubectl (PatchReplaceFieldsManagers in fluxcd/pkg/ssa matches so, unless told otherwise).
 */
const TAKEN_OVER: [manager: string, operation: ManagedFields['operation']][] = [
  ['kubectl', 'Apply'],
  ['kubectl', 'Update'],
  ['before-first-apply', 'Update'],
  [CREATOR, 'Update'],
  ['pulumi-kubernetes.exe', 'Update'],
  ['pulumi-resource-kubernetes', 'Update'],
]
const TRIES = 6

/**
 * @param tell says what is retried
 * @throws ApiError, NoMatchError when the kind is not there after some 30 seconds
 */
export async function createObject(api: Api, write: Write, tell: (message: string) => void): Promise<KubernetesObject> {
  const { inputs, fieldManager, preview, patch, upsert } = write
  const force = write.force || forced(inputs) || preview
  let last: unknown
  // A namespace or a CRD of the same program may be on its way. The official plugin waits after its last try, too.
  for (let tries = 0, pause = 1000; tries < TRIES; tries++, pause *= 2) {
    try {
      if (!api.find(inputs.apiVersion!, inputs.kind!)) await api.discover()
      if (patch || upsert) return await api.apply(inputs, { fieldManager, force, dryRun: preview })
      return await api.create(inputs, { fieldManager: CREATOR, dryRun: preview })
    } catch (error) {
      if (!(error instanceof NoMatchError || isNotFound(error)) || (preview && missesNamespace(error))) throw explain(error, fieldManager)
      tell(`Retry #${tries}; creation failed: ${(error as Error).message}`)
      last = error
    }
    await delay(pause)
  }
  throw explain(last, fieldManager)
}

/** @param ignoreChanges paths that keep what they have in the cluster */
export async function updateObject(api: Api, write: Write, live: KubernetesObject, ignoreChanges: string[]): Promise<KubernetesObject> {
  const { inputs, fieldManager, preview, patch } = write
  if (isDefinition(inputs)) {
    // A CRD is replaced whole, which keeps the objects of its kind.
    const replacement = { ...inputs, metadata: { ...inputs.metadata, resourceVersion: live.metadata!.resourceVersion } }
    return api.replace(replacement, { fieldManager, dryRun: preview })
  }
  const current = patch || preview ? live : await takeOver(api, live, fieldManager)
  const kept = keepIgnored(inputs, current, fieldManager, ignoreChanges)
  const force = write.force || forced(inputs) || !current.metadata?.managedFields?.length || (preview && createdHere(current))
  try {
    return await api.apply(kept, { fieldManager, force, dryRun: preview })
  } catch (error) {
    throw explain(error, fieldManager)
  }
}

/** Gives back all fields that the field manager owns: an apply that names none. */
export function relinquish(api: Api, { apiVersion, kind, metadata }: KubernetesObject, fieldManager: string): Promise<KubernetesObject> {
  const { name, namespace } = metadata!
  return api.apply({ apiVersion, kind, metadata: { name, ...(namespace && { namespace }) } }, { fieldManager })
}

/** How dependents go when an object is deleted. */
export function propagation(inputs: KubernetesObject): string {
  const policy = annotation(inputs, 'pulumi.com/deletionPropagationPolicy')?.toLowerCase()
  return policy === 'orphan' ? 'Orphan' : policy === 'background' ? 'Background' : 'Foreground'
}

export function isNotFound(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404
}

/** The namespace is not there yet, which is no fault in a preview. */
export function missesNamespace(error: unknown): boolean {
  return isNotFound(error) && (error as ApiError).details.kind === 'namespaces'
}

function forced(inputs: KubernetesObject): boolean {
  return annotation(inputs, 'pulumi.com/patchForce') === 'true'
}

function createdHere({ metadata }: KubernetesObject): boolean {
  return metadata!.managedFields!.some(({ manager, operation }) => operation === 'Update' && TAKEN_OVER.slice(3).some(([name]) => name === manager))
}

/** Moves the fields of those who made or changed the object to the field manager, so that its applies can also change and remove them. */
async function takeOver(api: Api, live: KubernetesObject, fieldManager: string): Promise<KubernetesObject> {
  const entries = live.metadata?.managedFields ?? []
  const own = entries.find(({ manager, operation }) => manager === fieldManager && operation === 'Apply')
  const taken = entries.filter((entry) => entry !== own && isTakenOver(entry))
  if (taken.length === 0) return live
  const fieldsV1 = [...(own ? [own] : []), ...taken].reduce<FieldSet>((sum, entry) => union(sum, entry.fieldsV1), {})
  const merged: ManagedFields = { ...(own ?? taken[0]!), manager: fieldManager, operation: 'Apply', fieldsV1 }
  const others = entries.filter((entry) => entry !== own && !taken.includes(entry))
  return api.jsonPatch(live, [{ op: 'replace', path: '/metadata/managedFields', value: [...others, merged] }])
}

function isTakenOver({ manager, operation, subresource }: ManagedFields): boolean {
  return !subresource && TAKEN_OVER.some(([name, how]) => manager.startsWith(name) && operation === how)
}

function union(a: FieldSet, b: FieldSet): FieldSet {
  const sum = { ...a }
  for (const [key, value] of Object.entries(b)) sum[key] = union(sum[key] ?? {}, value)
  return sum
}

/** Ignored fields are left to those who own them; what nobody else owns is sent as it is in the cluster. */
function keepIgnored(inputs: KubernetesObject, live: KubernetesObject, fieldManager: string, ignoreChanges: string[]): KubernetesObject {
  const kept = structuredClone(inputs)
  for (const path of ignoreChanges.map((ignored) => ignored.split('.'))) {
    const owners = (live.metadata?.managedFields ?? []).filter(({ fieldsV1 }) => owns(fieldsV1, path)).map(({ manager }) => manager)
    const value = path.reduce<any>((inner, key) => (isObject(inner) ? inner[key] : undefined), live)
    if (owners.length > 0 && !owners.includes(fieldManager)) set(kept, path, undefined)
    else if (value !== undefined) set(kept, path, value)
  }
  return kept
}

function owns(fields: FieldSet, path: string[]): boolean {
  return path.reduce<FieldSet | undefined>((inner, key) => inner?.[`f:${key}`], fields) !== undefined
}

function set(object: any, [key = '', ...rest]: string[], value: unknown): void {
  if (rest.length > 0) {
    if (isObject(object[key])) set(object[key], rest, value)
  } else if (value === undefined) delete object[key]
  else object[key] = value
}

/** Adds what the user can do about it. */
function explain(error: unknown, fieldManager: string): unknown {
  if (!(error instanceof ApiError)) return error
  if (error.reason === 'AlreadyExists') return new ApiError(error.status, { ...error, message: `${error.message}\n\n${EXISTS}` })
  if (error.status !== 409) return error
  return new PluginError(
    'server-side apply field conflict detected, see https://www.pulumi.com/registry/packages/kubernetes/how-to-guides/' +
      'managing-resources-with-server-side-apply/#handle-field-conflicts-on-existing-resources for troubleshooting help\n' +
      `The resource managed by field manager "${fieldManager}" had an apply conflict: ${error.message}`,
  )
}

const EXISTS = `The resource already exists in the cluster. This can happen when:

  - Renaming a Pulumi resource: use an alias to preserve the identity,
    or use deleteBeforeReplace if the resource needs replacement.
  - Managing an existing resource: use a Patch resource (e.g. NamespacePatch)
    to manage specific fields without owning the resource lifecycle.
  - Adopting a resource into Pulumi: use \`pulumi import\`. Note that
    protected resources (e.g. kube-system) cannot be deleted on destroy.
  - Intentional upsert: set upsertExistingObjects on the provider to allow
    server-side apply to update existing objects on create.`
