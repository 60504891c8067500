/** One line that says what is under way and how long it will take: rewritten on a terminal, else printed now and then. */

export interface Progress {
  /** Called often; what it says may change each time. */
  update(text: string): void
  /** A line that stays. */
  say(text: string): void
}

const quietSeconds = 15

/** Progress on stderr, so that a command's stdout stays its own. */
export function progressOn(stream: NodeJS.WriteStream = process.stderr): Progress {
  let last = 0
  const clear = () => stream.isTTY && stream.write('\r\u001b[K')
  return {
    update(text) {
      if (stream.isTTY) stream.write(`\r\u001b[K${text.slice(0, (stream.columns ?? 80) - 1)}`)
      else if (Date.now() - last >= quietSeconds * 1000) {
        last = Date.now()
        stream.write(`${text}\n`)
      }
    },
    say(text) {
      clear()
      last = Date.now()
      stream.write(`${text}\n`)
    },
  }
}

/** Seconds as a person says them: "40 s", "6 min". */
export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`
  return `${Math.round(seconds / 60)} min`
}
