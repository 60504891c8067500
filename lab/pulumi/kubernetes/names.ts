/**
 * Names that nobody gave: `<resource name>-<8 hex digits>`.
 */
import { createHash, randomBytes } from 'node:crypto'
import type { CheckRequest } from '../plugin/provider.ts'
import { isObject, isUnknown } from '../plugin/values.ts'
import { annotation, type KubernetesObject } from './objects.ts'

/** Marks an object whose name Pulumi made, so that a replacement may get another one. */
export const AUTONAMED = 'pulumi.com/autonamed'

/** Whether the object has a name, even if that is not known yet. */
export function isNamed({ metadata }: KubernetesObject): boolean {
  return Boolean(isObject(metadata) && metadata.name)
}

/** The name, or empty when there is none or it is not known yet. */
export function knownName({ metadata }: KubernetesObject): string {
  const name = isObject(metadata) ? metadata.name : undefined
  return typeof name === 'string' && !isUnknown(name) ? name : ''
}

export function isAutonamed(object: KubernetesObject): boolean {
  return annotation(object, AUTONAMED) === 'true'
}

/** Gives the name that the object has had, if Pulumi made that one. */
export function adoptName(object: KubernetesObject, old: KubernetesObject): void {
  if (!isNamed(object) && isAutonamed(old)) setName(object, old.metadata!.name!)
}

/** Gives a new name. @throws when the project's configuration forbids to make one */
export function makeName(object: KubernetesObject, { name, randomSeed, autonaming }: CheckRequest): void {
  if (isNamed(object) || (isObject(object.metadata) && object.metadata.generateName)) return
  if (autonaming?.mode === 'disable') throw new Error('autonaming is disabled, resource requires the .metadata.name field to be set')
  setName(object, autonaming?.proposedName || `${name}-${hex(randomSeed)}`)
}

export function newFieldManager(): string {
  return `pulumi-kubernetes-${hex(new Uint8Array())}`
}

function setName(object: KubernetesObject, name: string): void {
  object.metadata ??= {}
  object.metadata.name = name
  // There is no way to add a key to annotations that are not known yet.
  if (isUnknown(object.metadata.annotations as never)) return
  object.metadata.annotations = { ...object.metadata.annotations, [AUTONAMED]: 'true' }
}

/** Eight hex digits, the same ones for the same seed. */
function hex(seed: Uint8Array): string {
  return seed.length > 0 ? createHash('sha256').update(seed).digest('hex').slice(0, 8) : randomBytes(4).toString('hex')
}
