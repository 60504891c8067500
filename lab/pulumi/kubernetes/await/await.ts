/**
 * Waits until an object is ready or gone, telling the user what it waits for.
 */
import type { Severity } from '../../plugin/engine.ts'
import { ApiError, type Api } from '../api.ts'
import { annotation, typeOf, type KubernetesObject } from '../objects.ts'
import type { Rule, Verdict } from './rule.ts'
import { timers } from './timers.ts'
import { look, watchWorld, type World } from './world.ts'

/** The object is there, but not ready; `reasons` say why. */
export class NotReadyError extends Error {
  readonly object: KubernetesObject
  readonly reasons: string[]

  constructor(message: string, object: KubernetesObject, reasons: string[] = []) {
    super(message)
    this.object = object
    this.reasons = reasons
  }
}

export interface Patience {
  /** Seconds, from the resource's customTimeouts; 0 for none. */
  timeout: number
  /** Raised when the user cancels. */
  cancel: AbortSignal
  /** What is waited for now. */
  tell(severity: Severity, message: string): void
  /** What the user has to know when all is over. */
  log(severity: Severity, message: string): void
}

/** Resolves with the object as it is when it is ready. @throws NotReadyError */
export async function untilReady(api: Api, rule: Rule, object: KubernetesObject, before: KubernetesObject | undefined, patience: Patience): Promise<KubernetesObject> {
  const { name, namespace } = object.metadata!
  const type = typeOf(object)
  const settling = timers()
  const tell = once(patience)
  let latest = object
  let verdict: Verdict = { ready: false }
  let world: World | undefined

  const judge = (): Verdict => {
    const found = world!.all(type).find(({ metadata }) => metadata!.name === name)
    if (!found || isOlder(found, object)) return { ready: false, reasons: verdict.reasons }
    latest = found
    return rule.judge({ object: found, before, world: world!, settling })
  }
  const timeout = Math.min(milliseconds(patience.timeout, object), rule.limit ?? Infinity)
  return wait(timeout, patience.cancel, async (signal, recheck) => {
    for await (const seen of recheck(watchWorld(api, [type, ...rule.related], namespace, signal), () => verdict.again)) {
      world = seen ?? world
      verdict = judge()
      for (const { severity, message } of verdict.status ?? []) tell(severity, message)
      if (verdict.hopeless) throw new NotReadyError(`Resource '${name}' was created but failed to initialize`, latest, verdict.reasons)
      if (verdict.ready) return latest
    }
    if (verdict.readyWhenCut) return latest
    if (patience.cancel.aborted) throw new NotReadyError(rule.cancelled?.(name!) ?? `Resource operation was cancelled for "${name}"`, latest, verdict.reasons)
    throw new NotReadyError(rule.timedOut?.(name!) ?? `'${name}' timed out waiting to be Ready`, latest, verdict.reasons)
  })
}

/** Judges once, for a refresh. @throws NotReadyError */
export async function checkReady(api: Api, rule: Rule, object: KubernetesObject): Promise<void> {
  const world = await look(api, rule.related, object.metadata!.namespace)
  // Nothing will settle while a refresh looks: what is there counts as settled.
  const { ready, reasons } = rule.judge({ object, world, settling: () => 0, atRead: true })
  if (!ready) throw new NotReadyError(`Resource '${object.metadata!.name}' was created but failed to initialize`, object, reasons)
}

/** Resolves when the object is gone. @throws NotReadyError with its finalizers when it does not go in time */
export async function untilGone(api: Api, object: KubernetesObject, patience: Patience): Promise<void> {
  const { name, namespace } = object.metadata!
  const type = typeOf(object)
  const tell = once(patience)
  let latest = await live(api, object)
  if (!latest) return
  await wait(milliseconds(patience.timeout, object), patience.cancel, async (signal, recheck) => {
    for await (const world of recheck(watchWorld(api, [type], namespace, signal), () => undefined)) {
      const found = world?.all(type).find(({ metadata }) => metadata!.name === name)
      // A watch that has not even seen the object come knows nothing of its going.
      if (!found && !(await live(api, object))) return
      latest = found ?? latest
      if (found?.metadata?.deletionTimestamp) tell('info', 'Resource scheduled for deletion')
    }
    if (!(await live(api, object))) return
    patience.log('warning', `finalizers might be preventing deletion (${latest!.metadata?.finalizers?.join(', ') ?? ''})`)
    throw new NotReadyError(patience.cancel.aborted ? 'context canceled' : 'timed out waiting for the condition', latest!)
  })
}

/** Whether the watch has not come as far as the answer to the last write. */
function isOlder(seen: KubernetesObject, written: KubernetesObject): boolean {
  return BigInt(seen.metadata!.resourceVersion ?? 0) < BigInt(written.metadata!.resourceVersion ?? 0)
}

const TEN_MINUTES = 600_000

function milliseconds(timeout: number, object: KubernetesObject): number {
  const asked = timeout || Number(annotation(object, 'pulumi.com/timeoutSeconds'))
  return asked > 0 ? asked * 1000 : TEN_MINUTES
}

async function live(api: Api, object: KubernetesObject): Promise<KubernetesObject | undefined> {
  try {
    return await api.get(object)
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined
    throw error
  }
}

type Recheck = (worlds: AsyncGenerator<World>, again: () => number | undefined) => AsyncGenerator<World | undefined>

/** Runs `use` with a signal that is raised when time is up, when the user cancels and when `use` is done. */
async function wait<T>(timeout: number, cancel: AbortSignal, use: (signal: AbortSignal, recheck: Recheck) => Promise<T>): Promise<T> {
  const stop = new AbortController()
  const timer = setTimeout(() => stop.abort(), timeout)
  const cancelled = () => stop.abort()
  cancel.addEventListener('abort', cancelled)
  if (cancel.aborted) stop.abort()
  try {
    return await use(stop.signal, recheck)
  } finally {
    clearTimeout(timer)
    cancel.removeEventListener('abort', cancelled)
    stop.abort()
  }
}

/** Yields every world, and undefined when the last verdict asked to be judged again without a change. */
async function* recheck(worlds: AsyncGenerator<World>, again: () => number | undefined): AsyncGenerator<World | undefined> {
  let next = worlds.next()
  try {
    for (;;) {
      const pause = again()
      let timer: NodeJS.Timeout | undefined
      const timed = pause === undefined ? [] : [new Promise<'again'>((resolve) => (timer = setTimeout(() => resolve('again'), pause)))]
      const result = await Promise.race([next, ...timed])
      clearTimeout(timer)
      if (result === 'again') yield undefined
      else if (result.done) return
      else {
        next = worlds.next()
        yield result.value
      }
    }
  } finally {
    // It may have yielded once more, to nobody; only this lets it leave its watches.
    void worlds.return(undefined)
  }
}

/** Says each message once in a row. */
function once({ tell }: Patience): Patience['tell'] {
  const said = new Set<string>()
  return (severity, message) => {
    if (said.has(message)) return
    said.add(message)
    tell(severity, message)
  }
}
