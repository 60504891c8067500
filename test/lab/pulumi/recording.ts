/**
 * Recordings of the official plugins (test/lab/pulumi/fixtures), played to the stand-ins.
 */
import { readFileSync } from 'node:fs'
import type { Log } from '../../../lab/pulumi/plugin/engine.ts'
import type { Provider } from '../../../lab/pulumi/plugin/provider.ts'
import type { Properties } from '../../../lab/pulumi/plugin/values.ts'

export interface Recorded {
  step: string
  method: string
  request: any
  response: any
  errors?: string[]
}

/** Reads a recording; `replace` puts the test's own values in place of those of the recorded machine. */
export function readRecording(file: string, replace: (key: string, value: any) => any = (_, value) => value): Recorded[] {
  const text = readFileSync(new URL(`fixtures/${file}`, import.meta.url), 'utf8')
  return text.trim().split('\n').map((line) => JSON.parse(line, replace) as Recorded)
}

/** What a plugin answered: its response, or its error the way the engine prints it. */
export interface Answer {
  response?: any
  error?: string
}

/** Asks the provider what the engine asked the official plugin. */
export async function ask(provider: Provider, method: string, request: any): Promise<Answer> {
  try {
    return { response: JSON.parse(JSON.stringify(await send(provider, method, withResource(request)))) }
  } catch (error) {
    const { code = 2, message } = error as { code?: number; message: string }
    return { error: `rpc error: code = ${CODES[code]} desc = ${message}` }
  }
}

export interface Told {
  kind: 'log' | 'status'
  severity: string
  urn: string
  message: string
}

/** A log that keeps what the user would be told. */
export function keptLog(): Log & { told: Told[] } {
  const told: Told[] = []
  return {
    told,
    log: (severity, urn, message) => told.push({ kind: 'log', severity, urn, message }),
    status: (severity, urn, message) => told.push({ kind: 'status', severity, urn, message }),
    flush: async () => {},
  }
}

const CODES: { [code: number]: string } = { 1: 'Canceled', 2: 'Unknown', 3: 'InvalidArgument', 4: 'DeadlineExceeded', 12: 'Unimplemented' }

async function send(provider: Provider, method: string, request: any): Promise<unknown> {
  const empty: Properties = {}
  switch (method) {
    case 'CheckConfig':
      return provider.checkConfig(request)
    case 'DiffConfig':
      return provider.diffConfig!({ ignoreChanges: [], ...request })
    case 'Configure':
      return provider.configure(request.args, request.urn)
    case 'Invoke':
      return provider.invoke(request.tok, request.args, request.preview ?? false)
    case 'Check':
      return withoutEmpty(await provider.check({ olds: empty, ...request }))
    case 'Diff':
      return provider.diff({ ignoreChanges: [], ...request })
    case 'Create':
      return provider.create({ preview: false, timeout: 0, ...request })
    case 'Read':
      return provider.read({ properties: empty, inputs: empty, ...request })
    case 'Update':
      return provider.update({ ignoreChanges: [], preview: false, timeout: 0, ...request })
    case 'Delete':
      return (await provider.delete({ timeout: 0, ...request })) ?? {}
    default:
      throw new Error(`the recording has a call that this test does not play: ${method}`)
  }
}

function withResource(request: any): any {
  if (typeof request?.urn !== 'string') return request
  const [, , types, name] = request.urn.split('::')
  const seed = Buffer.from(request.randomSeed ?? '', 'base64')
  return { ...request, type: types.split('$').at(-1), name, randomSeed: seed }
}

function withoutEmpty(response: { failures?: unknown[] }): unknown {
  const { failures, ...rest } = response
  return failures?.length ? response : rest
}
