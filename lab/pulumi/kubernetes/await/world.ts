/**
 * The objects around one that is being waited for, kept up to date by watches. One watch of a kind in a namespace
 * serves everyone who waits there.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { ApiError, type Api } from '../api.ts'
import type { KubernetesObject } from '../objects.ts'

export interface World {
  /** The objects of a kind in the namespace, as far as they are known. */
  all(type: string): KubernetesObject[]
}

/** Lists each kind once. A kind that may not be listed is taken for empty. */
export async function look(api: Api, types: string[], namespace: string | undefined): Promise<World> {
  const lists = await Promise.all(types.map((type) => api.list(...splitType(type), namespace).catch(() => ({ items: [] }))))
  const byType = new Map(types.map((type, i) => [type, lists[i]!.items]))
  return { all: (type) => byType.get(type) ?? [] }
}

/** Watches the kinds until `signal` is raised, and yields at every change, the first time when all have been listed. */
export async function* watchWorld(api: Api, types: string[], namespace: string | undefined, signal: AbortSignal): AsyncGenerator<World> {
  const feeds = new Map(types.map((type) => [type, feed(api, type, namespace)]))
  const world: World = { all: (type) => [...(feeds.get(type)?.objects.values() ?? [])] }
  let changed = true
  let wake = (): void => {}
  const notice = (): void => {
    changed = true
    wake()
  }
  signal.addEventListener('abort', notice, { once: true })
  for (const each of feeds.values()) each.join(notice)
  try {
    while (!signal.aborted) {
      if (!changed) await new Promise<void>((resolve) => (wake = resolve))
      changed = false
      if (!signal.aborted && [...feeds.values()].every(({ listed }) => listed)) yield world
    }
  } finally {
    for (const each of feeds.values()) each.leave(notice)
  }
}

/** `v1/Pod` -> `v1`, `Pod`. */
function splitType(type: string): [apiVersion: string, kind: string] {
  const at = type.lastIndexOf('/')
  return [type.slice(0, at), type.slice(at + 1)]
}

const feedsOf = new WeakMap<Api, Map<string, Feed>>()

function feed(api: Api, type: string, namespace: string | undefined): Feed {
  const feeds = feedsOf.get(api) ?? new Map<string, Feed>()
  feedsOf.set(api, feeds)
  const key = `${namespace ?? ''} ${type}`
  const found = feeds.get(key) ?? new Feed(api, type, namespace, () => feeds.delete(key))
  feeds.set(key, found)
  return found
}

/** The objects of one kind in one namespace; watches while there is someone who listens. */
class Feed {
  readonly objects = new Map<string, KubernetesObject>()
  listed = false
  readonly #listeners = new Set<() => void>()
  readonly #stop = new AbortController()
  readonly #ended: () => void

  constructor(api: Api, type: string, namespace: string | undefined, ended: () => void) {
    this.#ended = ended
    void this.#follow(api, splitType(type), namespace)
  }

  join(listener: () => void): void {
    this.#listeners.add(listener)
  }

  leave(listener: () => void): void {
    this.#listeners.delete(listener)
    if (this.#listeners.size > 0) return
    this.#stop.abort()
    this.#ended()
  }

  /** Lists and watches, again and again: a watch that breaks is started anew. */
  async #follow(api: Api, type: [string, string], namespace: string | undefined): Promise<void> {
    const { signal } = this.#stop
    while (!signal.aborted) {
      try {
        const { items, resourceVersion } = await api.list(...type, namespace)
        this.objects.clear()
        for (const item of items) this.objects.set(item.metadata!.uid!, item)
        this.#tell()
        for await (const { type: change, object } of api.watch(...type, namespace, resourceVersion, signal)) {
          if (change === 'DELETED') this.objects.delete(object.metadata!.uid!)
          else this.objects.set(object.metadata!.uid!, object)
          this.#tell()
        }
      } catch (error) {
        // Someone who may not list a kind is not kept from waiting for what he sees.
        if (!this.listed && error instanceof ApiError) this.#tell()
        await delay(1000, undefined, { signal }).catch(() => {})
      }
    }
  }

  #tell(): void {
    this.listed = true
    for (const listener of this.#listeners) listener()
  }
}
