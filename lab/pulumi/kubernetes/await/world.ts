/**
 * The objects around one that is being waited for, kept up to date by watches.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { ApiError, type Api } from '../api.ts'
import type { KubernetesObject } from '../objects.ts'

export interface World {
  /** The objects of a kind in the namespace, as far as they are known. */
  all(type: string): KubernetesObject[]
}

/** `v1/Pod` -> `v1`, `Pod`. */
export function splitType(type: string): [apiVersion: string, kind: string] {
  const at = type.lastIndexOf('/')
  return [type.slice(0, at), type.slice(at + 1)]
}

/** Lists each kind once. A kind that may not be listed is taken for empty. */
export async function look(api: Api, types: string[], namespace: string | undefined): Promise<World> {
  const lists = await Promise.all(types.map((type) => api.list(...splitType(type), namespace).catch(() => ({ items: [] }))))
  const byType = new Map(types.map((type, i) => [type, lists[i]!.items]))
  return { all: (type) => byType.get(type) ?? [] }
}

/**
 * Watches the kinds until `signal` is raised, and yields at every change, the first time when all have been listed.
 * A watch that breaks is started again.
 */
export async function* watchWorld(api: Api, types: string[], namespace: string | undefined, signal: AbortSignal): AsyncGenerator<World> {
  const byType = new Map(types.map((type) => [type, new Map<string, KubernetesObject>()]))
  const world: World = { all: (type) => [...(byType.get(type)?.values() ?? [])] }
  let listed = 0
  let changed: (() => void) | undefined
  let pending = false
  const notify = () => {
    pending = true
    changed?.()
  }

  for (const type of types) {
    void follow(api, type, namespace, signal, byType.get(type)!, notify, () => {
      listed++
      notify()
    })
  }
  const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
  while (!signal.aborted) {
    if (!pending) {
      await Promise.race([aborted, new Promise<void>((resolve) => (changed = resolve))])
    }
    pending = false
    if (!signal.aborted && listed === types.length) yield world
  }
}

async function follow(
  api: Api,
  type: string,
  namespace: string | undefined,
  signal: AbortSignal,
  objects: Map<string, KubernetesObject>,
  notify: () => void,
  listed: () => void,
): Promise<void> {
  let first = true
  while (!signal.aborted) {
    try {
      const { items, resourceVersion } = await api.list(...splitType(type), namespace)
      objects.clear()
      for (const item of items) objects.set(item.metadata!.uid!, item)
      if (first) listed()
      first = false
      notify()
      for await (const { type: change, object } of api.watch(...splitType(type), namespace, resourceVersion, signal)) {
        if (change === 'DELETED') objects.delete(object.metadata!.uid!)
        else objects.set(object.metadata!.uid!, object)
        notify()
      }
    } catch (error) {
      // Someone who may not list a kind is not kept from waiting for what he sees.
      if (first && error instanceof ApiError) listed()
      first = false
      await delay(1000, undefined, { signal }).catch(() => {})
    }
  }
}
