/**
 * When something that changes counts as settled, as the official plugin has it: each change starts a timer, and the first timer that
 * runs out after the last change ends the wait, whichever change started it.
 */

/** @returns a function that is told the value at every look, and says how many milliseconds are left; 0 when it has settled */
export function timers(now: () => number = Date.now): (key: string, value: string, pause: number) => number {
  const known = new Map<string, { value: string; changes: number[] }>()
  return (key, value, pause) => {
    const seen = known.get(key)
    const changes = seen?.changes ?? []
    if (value !== seen?.value) changes.push(now())
    known.set(key, { value, changes })
    const last = changes.at(-1)!
    return Math.max(changes.find((change) => change + pause > last)! + pause - now(), 0)
  }
}
