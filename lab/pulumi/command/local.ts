/**
 * Runs a command on this machine.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { PluginError } from '../plugin/serve.ts'
import type { Properties } from '../plugin/values.ts'
import { Recorder, type Output, type Tell } from './output.ts'

/**
 * @param inputs the resource's inputs, without secret marks
 * @param previous what the last run printed; given to the command in PULUMI_COMMAND_STDOUT and _STDERR
 * A command is killed when the user cancels.
 * @throws when the command ends with anything but 0, with all that it printed
 */
export async function runLocal(command: string, inputs: Properties, previous: Output, tell: Tell): Promise<Output> {
  const interpreter = (inputs.interpreter as string[] | undefined)?.length ? (inputs.interpreter as string[]) : ['/bin/sh', '-c']
  const recorder = new Recorder(inputs, tell)
  const child = spawn(interpreter[0]!, [...interpreter.slice(1), command], {
    cwd: inputs.dir as string | undefined,
    env: { ...process.env, ...(inputs.environment as object | undefined), ...previousOutput(inputs, previous) },
    stdio: ['pipe', 'pipe', 'pipe'],
    signal: tell.cancelled,
    killSignal: 'SIGKILL',
  })
  // A command that does not read its stdin closes it: no failure.
  child.stdin.on('error', () => {})
  child.stdin.end((inputs.stdin as string | undefined) ?? '')
  child.stdout.on('data', (bytes: Buffer) => recorder.add('stdout', bytes))
  child.stderr.on('data', (bytes: Buffer) => recorder.add('stderr', bytes))

  const reason = await new Promise<string | undefined>((resolve) => {
    // A child that was killed because the user cancelled ends by its signal.
    child.once('error', (error) => error.name !== 'AbortError' && resolve(startFailure(interpreter[0]!, inputs.dir as string | undefined, error)))
    child.once('close', (code, signal) => {
      if (signal) resolve(`signal: ${SIGNALS[signal] ?? signal}`)
      else resolve(code === 0 ? undefined : `exit status ${code}`)
    })
  })
  if (reason) throw new PluginError(recorder.failure(reason, command))
  return recorder.end()
}

/** Why a command could not even be started, in the words of Go's os/exec. */
function startFailure(program: string, dir: string | undefined, error: NodeJS.ErrnoException): string {
  if (error.code !== 'ENOENT') return error.message
  if (dir !== undefined && !existsSync(dir)) return `chdir ${dir}: no such file or directory`
  return program.includes('/') ? `fork/exec ${program}: no such file or directory` : `exec: "${program}": executable file not found in $PATH`
}

/** Signals as Go names them. */
const SIGNALS: { [name: string]: string } = { SIGHUP: 'hangup', SIGINT: 'interrupt', SIGKILL: 'killed', SIGSEGV: 'segmentation fault', SIGTERM: 'terminated' }

/** The environment that carries the last run's output, unless the resource does without. */
export function previousOutput(inputs: Properties, previous: Output): { [name: string]: string } {
  if (inputs.addPreviousOutputInEnv === false) return {}
  return {
    ...(previous.stdout && { PULUMI_COMMAND_STDOUT: previous.stdout }),
    ...(previous.stderr && { PULUMI_COMMAND_STDERR: previous.stderr }),
  }
}
