/**
 * When an object counts as ready. A rule is a pure function of what is in the cluster now.
 */
import type { Severity } from '../../plugin/engine.ts'
import type { KubernetesObject } from '../objects.ts'
import type { World } from './world.ts'

export interface Verdict {
  ready: boolean
  /** What the user sees while waiting. */
  status?: { severity: Severity; message: string }[]
  /** Why it is not ready, for the error at the end. */
  reasons?: string[]
  /** Counts as ready where the wait is cut, or its time is up. */
  readyWhenCut?: boolean
  /** Waiting longer cannot help. */
  hopeless?: boolean
  /** Milliseconds after which to judge again though nothing has changed. */
  again?: number
}

export interface Situation {
  /** The object as it is now. */
  object: KubernetesObject
  /** The object as it was before the update; absent after a create. */
  before?: KubernetesObject
  world: World
  /** Milliseconds until what is known under `key` counts as settled, see timers.ts; 0 when it does. */
  settling(key: string, value: string, pause: number): number
  /** A refresh looks once, and waits for nothing. */
  atRead?: boolean
}

export interface Rule {
  /** Kinds that the rule looks at beside the object's own. */
  related: string[]
  judge(situation: Situation): Verdict
  /** Whether a refresh judges too; what is not ready is then reported, but stays in the state. */
  atRead: boolean
  /** Milliseconds after which this rule gives up, whatever timeout the resource has. */
  limit?: number
  /** The error when time is up; by default `'<name>' timed out waiting to be Ready`. */
  timedOut?: (name: string) => string
  /** The error when the user cancels; by default `Resource operation was cancelled for "<name>"`. */
  cancelled?: (name: string) => string
}

export function isOwnedBy(object: KubernetesObject, owner: KubernetesObject): boolean {
  return object.metadata?.ownerReferences?.some(({ uid }) => uid === owner.metadata?.uid) ?? false
}

export interface Condition {
  type: string
  status: string
  reason?: string
  message?: string
}

export function conditions(object: KubernetesObject): Condition[] {
  return object.status?.conditions ?? []
}
