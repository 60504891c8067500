/** A lock between processes of one machine that a killed holder does not keep: its holder must be alive. */
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { existsSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** A process, told apart from a later one with the same id by its start time (ticks since boot). */
export interface ProcessId {
  pid: number
  started: string
}

/**
 * Runs `work` while holding the lock at `path`. Waits, without limit, while another live process holds it;
 * `onWait` is called once with its id. A lock whose holder is dead is taken over.
 */
export async function withLock<T>(path: string, work: () => Promise<T>, onWait?: (holder: number) => void): Promise<T> {
  await acquire(path, onWait)
  try {
    return await work()
  } finally {
    await rm(path, { force: true })
  }
}

/** True while a live process holds the lock. */
export function isHeld(path: string): boolean {
  return existsSync(path) && isAlive(JSON.parse(readFileSync(path, 'utf8')) as ProcessId)
}

/** The id of this process. */
export function thisProcess(): ProcessId {
  return { pid: process.pid, started: startTime(process.pid) ?? '' }
}

/** True when that very process still runs (a zombie does not). */
export function isAlive({ pid, started }: ProcessId): boolean {
  return startTime(pid) === started
}

/** When the process started, in ticks since boot; undefined when there is none or it has ended. */
export function startTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19]
  } catch {
    return undefined
  }
}

async function acquire(path: string, onWait?: (holder: number) => void): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  // Linking a finished file into place: nobody ever reads a lock that is only half written.
  const mine = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}`
  await writeFile(mine, JSON.stringify(thisProcess()))
  try {
    for (let said = false; ; ) {
      try {
        await link(mine, path)
        return
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      }
      const holder = await read(path)
      if (!holder) continue
      if (!isAlive(holder)) {
        await takeAway(path, holder)
        continue
      }
      if (!said) onWait?.(holder.pid)
      said = true
      await sleep(200)
    }
  } finally {
    await rm(mine, { force: true })
  }
}

async function read(path: string): Promise<ProcessId | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as ProcessId
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new Error(`the lock ${path} cannot be read (${(error as Error).message}): remove it if no other run is under way`)
  }
}

/** Moves a dead holder's lock aside. Two that wait may both try: only what still names the dead holder is removed. */
async function takeAway(path: string, dead: ProcessId): Promise<void> {
  const aside = `${path}.${process.pid}.stale`
  try {
    await rename(path, aside)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  const moved = await read(aside)
  if (moved && (moved.pid !== dead.pid || moved.started !== dead.started)) {
    await link(aside, path).catch(() => undefined)
  }
  await rm(aside, { force: true })
}
