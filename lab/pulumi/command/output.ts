/**
 * What a command printed: kept as the resource's outputs, told to the user while it runs, repeated when it fails.
 */
import type { Severity } from '../plugin/engine.ts'
import type { Properties } from '../plugin/values.ts'

export interface Output {
  stdout: string
  stderr: string
}

export interface Tell {
  /** One line that the command printed. */
  line(line: string): void
  status(message: string): void
  log(severity: Severity, message: string): void
  /** Raised when the user cancels the update. */
  cancelled: AbortSignal
}

/** Collects both streams of one run. */
export class Recorder {
  #stdout: Buffer[] = []
  #stderr: Buffer[] = []
  #both: Buffer[] = []
  #unfinished = ''
  readonly #logged: Set<string>
  readonly #tell: Tell

  constructor(inputs: Properties, tell: Tell) {
    const logging = inputs.logging ?? 'stdoutAndStderr'
    this.#logged = new Set(logging === 'stdoutAndStderr' ? ['stdout', 'stderr'] : [String(logging)])
    this.#tell = tell
  }

  add(stream: 'stdout' | 'stderr', bytes: Buffer): void {
    const own = stream === 'stdout' ? this.#stdout : this.#stderr
    own.push(bytes)
    this.#both.push(bytes)
    if (!this.#logged.has(stream)) return
    const lines = (this.#unfinished + bytes.toString('utf8')).split('\n')
    this.#unfinished = lines.pop()!
    for (const line of lines) this.#tell.line(line)
  }

  /** The outputs; one trailing newline is dropped from each. */
  end(): Output {
    if (this.#unfinished) this.#tell.line(this.#unfinished)
    return { stdout: withoutNewline(this.#stdout), stderr: withoutNewline(this.#stderr) }
  }

  /** `reason` with the command and all that it printed, as the official plugin words it. */
  failure(reason: string, command: string): string {
    this.end()
    return `${reason}: running ${quote(command)}:\n${Buffer.concat(this.#both).toString('utf8')}`
  }
}

function withoutNewline(chunks: Buffer[]): string {
  return Buffer.concat(chunks).toString('utf8').replace(/\n$/, '')
}

/** Quoted as Go's %q does. */
function quote(text: string): string {
  const escapes: { [character: string]: string } = { '\x07': '\\a', '\b': '\\b', '\f': '\\f', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\v': '\\v', '\\': '\\\\', '"': '\\"' }
  // eslint-disable-next-line no-control-regex
  return `"${text.replaceAll(/[\x00-\x1f"\\\x7f]/g, (c) => escapes[c] ?? `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`)}"`
}
