/** How long something takes, and what is made of it. */
import { readdirSync, readFileSync } from 'node:fs'

/** Seconds by the clock, and of processors: the clock counts what else the machine does. */
export interface Taken { clock: number; processor: number }

/** Measures what this process starts meanwhile, and what the processes that it started before do. */
export async function taken(work: () => Promise<unknown>): Promise<Taken> {
  const [start, before] = [performance.now(), processorSeconds()]
  await work()
  return { clock: (performance.now() - start) / 1000, processor: processorSeconds() - before }
}

export function sum(a: Taken, b: Taken): Taken {
  return { clock: a.clock + b.clock, processor: a.processor + b.processor }
}

/** Of the processes that this one started, with those that they waited for; proc(5), ticks of 10 ms. */
function processorSeconds(): number {
  const children = readdirSync('/proc/self/task').flatMap((task) => readFileSync(`/proc/self/task/${task}/children`, 'utf8').split(' ').filter(Boolean))
  const ticks = [times('self').slice(2), ...children.map(times)].flat()
  return ticks.reduce((total, one) => total + one, 0) / 100
}

/** utime, stime, cutime, cstime. */
function times(process: string): number[] {
  try {
    return readFileSync(`/proc/${process}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ').slice(11, 15).map(Number)
  } catch {
    // It has just ended, and counts with those that were waited for.
    return []
  }
}

/** The slope of log(seconds) over log(size), by least squares: 1 where twice as much takes twice as long. At least two sizes. */
export function growthExponent(measured: { size: number; seconds: number }[]): number {
  const points = measured.map(({ size, seconds }) => ({ x: Math.log(size), y: Math.log(seconds) }))
  const mean = (of: 'x' | 'y') => points.reduce((sum, point) => sum + point[of], 0) / points.length
  const [x, y] = [mean('x'), mean('y')]
  return points.reduce((sum, point) => sum + (point.x - x) * (point.y - y), 0) / points.reduce((sum, point) => sum + (point.x - x) ** 2, 0)
}

export function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!
}
