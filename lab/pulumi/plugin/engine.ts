/**
 * The engine's log: what a plugin tells the user while it works.
 */
import { createRequire } from 'node:module'
import grpc from '@grpc/grpc-js'

export type Severity = 'debug' | 'info' | 'warning' | 'error'

export interface Log {
  /** A line of the log, kept until the end of the update. */
  log(severity: Severity, urn: string, message: string): void
  /** What is happening now: shown beside the resource and replaced by the next one. */
  status(severity: Severity, urn: string, message: string): void
  /** Resolves when everything said so far has reached the engine. */
  flush(): Promise<void>
}

/** Without an address (a plugin that is run by hand or by a test) messages go to stderr. */
export function engineLog(address: string | undefined): Log {
  if (!address) return { log: print, status: print, flush: async () => {} }
  let pending: Promise<unknown> = Promise.resolve()
  let client: { log(request: unknown, done: (error: unknown) => void): void } | undefined
  const send = (severity: Severity, urn: string, message: string, ephemeral: boolean) => {
    // Loaded at the first message only: most runs of a provider have nothing to say.
    const require = createRequire(import.meta.url)
    const { EngineClient } = require('@pulumi/pulumi/proto/engine_grpc_pb.js')
    const { LogRequest, LogSeverity } = require('@pulumi/pulumi/proto/engine_pb.js')
    client ??= new EngineClient(address, grpc.credentials.createInsecure()) as NonNullable<typeof client>
    const request = new LogRequest()
    request.setSeverity(LogSeverity[severity.toUpperCase()])
    request.setMessage(message)
    request.setUrn(urn)
    request.setEphemeral(ephemeral)
    // One after the other, so that lines of output stay in order.
    pending = pending.then(() => new Promise((resolve) => client!.log(request, resolve)))
  }
  return {
    log: (severity, urn, message) => send(severity, urn, message, false),
    status: (severity, urn, message) => send(severity, urn, message, true),
    flush: async () => void (await pending),
  }
}

function print(severity: Severity, urn: string, message: string): void {
  process.stderr.write(`${severity}: ${urn}: ${message}\n`)
}
