/**
 * Runs a command on a host over SSH.
 */
import { finished } from 'node:stream/promises'
import type { Client, ClientChannel } from 'ssh2'
import { PluginError } from '../plugin/serve.ts'
import type { Properties } from '../plugin/values.ts'
import { dial, type Connection } from './dial.ts'
import { previousOutput } from './local.ts'
import { Recorder, type Output, type Tell } from './output.ts'

/**
 * Dials, sets the environment, runs, and closes the connection.
 * @param inputs the resource's inputs, without secret marks
 * @throws when the host cannot be reached or refuses, and when the command ends with anything but 0
 */
export async function runRemote(command: string, inputs: Properties, previous: Output, tell: Tell): Promise<Output> {
  const client = await dial(inputs.connection as unknown as Connection, tell)
  try {
    const environment: Variable[] = [
      ...Object.entries((inputs.environment ?? {}) as { [name: string]: string }).map(([name, value]) => ({ name, value, required: true })),
      ...Object.entries(previousOutput(inputs, previous)).map(([name, value]) => ({ name, value, required: false })),
    ]
    const channel = await start(client, command, environment, tell)
    return await finish(channel, command, inputs, tell)
  } finally {
    client.end()
  }
}

interface Variable {
  name: string
  value: string
  /** Whether the command must not run without it. */
  required: boolean
}

async function finish(channel: ClientChannel, command: string, inputs: Properties, tell: Tell): Promise<Output> {
  const recorder = new Recorder(inputs, tell)
  channel.on('data', (bytes: Buffer) => recorder.add('stdout', bytes))
  channel.stderr.on('data', (bytes: Buffer) => recorder.add('stderr', bytes))
  channel.on('error', () => {})
  channel.end((inputs.stdin as string | undefined) ?? '')

  let ended: string | undefined = 'wait: remote command exited without exit status or exit signal'
  channel.on('exit', (code: number | null, signal?: string) => {
    if (signal) ended = `Process exited with status ${code ?? 128} from signal ${signal.replace(/^SIG/, '')}`
    else ended = code === 0 ? undefined : `Process exited with status ${code}`
  })
  // What it wrote last may still be on its way to our listeners.
  await Promise.all([new Promise((resolve) => channel.once('close', resolve)), finished(channel.stderr, { writable: false })])
  if (ended) throw new PluginError(recorder.failure(ended, command))
  return recorder.end()
}

/** Opens a session, sets the variables that the server lets through, and starts the command. */
function start(client: Client, command: string, environment: Variable[], tell: Tell): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    if (environment.length > 0) askBeforeExec(client, environment, tell, reject)
    client.once('close', () => reject(new PluginError('EOF')))
    client.exec(command, (error, channel) => (error ? reject(new PluginError(`ssh: ${error.message}`)) : resolve(channel)))
  })
}

/**
 * ssh2 sets variables without asking whether the server took them; the official plugin asks, and does not run the
 * command without the ones it needs. So the variables go out here, one by one, at the moment ssh2 would start the command.
 */
function askBeforeExec(client: Client, environment: Variable[], tell: Tell, refuse: (error: Error) => void): void {
  const { _protocol: protocol, _chanMgr: channels } = client as unknown as Internals
  const startCommand = protocol.exec.bind(protocol)
  protocol.exec = (id, command, wantReply) => {
    const { _callbacks: callbacks } = channels.get(id)
    const onExec = callbacks.pop()!
    const rest = [...environment]
    const next = (): void => {
      const variable = rest.shift()
      if (!variable) {
        callbacks.push(onExec)
        startCommand(id, command, wantReply)
        return
      }
      callbacks.push((refused) => {
        if (!refused) return next()
        tell.log(variable.required ? 'error' : 'warning', refusedText(variable.name))
        if (variable.required) refuse(new PluginError(`could not set environment variable "${variable.name}": ssh: setenv failed`))
        else next()
      })
      protocol.env(id, variable.name, variable.value, true)
    }
    next()
  }
}

interface Internals {
  _protocol: {
    exec(channel: number, command: string, wantReply: boolean): void
    env(channel: number, name: string, value: string, wantReply: boolean): void
  }
  _chanMgr: { get(channel: number): { _callbacks: ((refused: boolean) => void)[] } }
}

function refusedText(name: string): string {
  return `Unable to set '${name}'. This only works if your SSH server is configured to accept
	these variables via AcceptEnv. Alternatively, if a Bash-like shell runs the command on the remote host, you could
	prefix the command itself with the variables in the form 'VAR=value command'`
}
