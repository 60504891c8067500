/**
 * Stand-in for pulumi-resource-command 1.2.1: local and remote commands.
 * Rules: https://github.com/pulumi/pulumi-command and pulumi-go-provider 1.5.0, on which it is built.
 */
import { randomBytes } from 'node:crypto'
import { createRequire } from 'node:module'
import grpc from '@grpc/grpc-js'
import type { Log } from '../plugin/engine.ts'
import { objectDiff, topLevel } from '../plugin/object-diff.ts'
import { serveProvider, type Provider, type Resource } from '../plugin/provider.ts'
import { PluginError } from '../plugin/serve.ts'
import { containsUnknown, equal, reveal, UNKNOWN, type Properties } from '../plugin/values.ts'
import { checkCommand, REMOTE } from './inputs.ts'
import type { Output } from './output.ts'

const GO_PROVIDER = 'v1.5.0'

export function makeProvider(log: Log): Provider {
  const cancel = new AbortController()
  async function run({ urn, type }: Resource, command: unknown, inputs: Properties, previous: Output): Promise<Output> {
    // Nothing to run at this step of its life.
    if (typeof command !== 'string') return previous
    const runner = type === REMOTE ? (await import('./remote.ts')).runRemote : (await import('./local.ts')).runLocal
    return runner(command, reveal(inputs), previous, {
      line: (line) => log.status('info', urn, line),
      status: (message) => log.status('info', urn, message),
      log: (severity, message) => log.log(severity, urn, message),
      cancelled: cancel.signal,
    })
  }

  return {
    version: createRequire(import.meta.url)('@pulumi/command/package.json').version,
    handshake: { acceptSecrets: true, acceptResources: true, acceptOutputs: true },

    async checkConfig({ news }) {
      return { inputs: { '__pulumi-go-provider-version': GO_PROVIDER, ...news } }
    },
    async configure() {
      return { acceptSecrets: true, supportsPreview: true, acceptResources: true, acceptOutputs: true }
    },

    async invoke(token, args) {
      if (token !== 'command:local:run') throw new PluginError(`Invoke '${token}' not found`, grpc.status.NOT_FOUND)
      const { runLocal } = await import('./local.ts')
      const silent = { line() {}, status() {}, log() {}, cancelled: cancel.signal }
      const inputs = reveal(args)
      return { return: { ...args, ...(await runLocal(String(inputs.command), inputs, NOTHING, silent)) } }
    },

    async check({ type, news }) {
      return checkCommand(type, news)
    },

    async diff({ olds, oldInputs, news, ignoreChanges }) {
      const detailedDiff = objectDiff(oldInputs, withoutInternal(keepIgnored(olds, news, ignoreChanges)))
      const diffs = [...new Set(Object.keys(detailedDiff).map(topLevel))].sort()
      if (diffs.length === 0) return { changes: 'DIFF_NONE', hasDetailedDiff: true }
      return { changes: 'DIFF_SOME', diffs, detailedDiff, hasDetailedDiff: true }
    },

    async create(request) {
      const { name, properties, preview } = request
      const id = name + randomBytes(4).toString('hex')
      if (preview) return { id, properties: { ...properties, stdout: UNKNOWN, stderr: UNKNOWN } }
      const output = await run(request, reveal(properties.create), properties, NOTHING)
      return { id, properties: { ...properties, ...output } }
    },

    async read({ id, properties, inputs }) {
      return { id, properties, inputs }
    },

    async update(request) {
      const { olds, preview } = request
      const news = keepIgnored(olds, request.news, request.ignoreChanges)
      const previous = outputOf(olds)
      if (preview) return { properties: { ...news, ...(affects(olds, news) ? { stdout: UNKNOWN, stderr: UNKNOWN } : previous) } }
      const output = await run(request, reveal(news.update ?? news.create), news, previous)
      return { properties: { ...news, ...output } }
    },

    async delete(request) {
      await run(request, reveal(request.properties.delete), request.properties, outputOf(request.properties))
    },

    cancel: () => cancel.abort(),
  }
}

const NOTHING: Output = { stdout: '', stderr: '' }

function outputOf(state: Properties): Output {
  return { stdout: String(reveal(state.stdout) ?? ''), stderr: String(reveal(state.stderr) ?? '') }
}

/** Whether an update may print something else: an input that was there before is changed, or one is not known yet. */
function affects(olds: Properties, news: Properties): boolean {
  const before = { ...olds, stdout: undefined, stderr: undefined }
  return [...new Set([...Object.keys(before), ...Object.keys(news)])].some(
    (key) => containsUnknown(news[key]) || (key in olds && !(key in NOTHING) && !equal(reveal(news[key]), reveal(olds[key]))),
  )
}

function keepIgnored(olds: Properties, news: Properties, ignoreChanges: string[]): Properties {
  const kept = ignoreChanges.filter((key) => key in olds).map((key) => [key, olds[key]!])
  return { ...news, ...Object.fromEntries(kept) }
}

function withoutInternal(inputs: Properties): Properties {
  return Object.fromEntries(Object.entries(inputs).filter(([key]) => key !== 'version' && !key.startsWith('__')))
}

export const serve = () => serveProvider(makeProvider)
