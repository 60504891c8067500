/**
 * What every plugin process does: serve gRPC on a loopback port, print the port, end with the CLI.
 */
import grpc from '@grpc/grpc-js'

const UNLIMITED = { 'grpc.max_receive_message_length': -1, 'grpc.max_send_message_length': -1 }

/**
 * Serves until the CLI is gone. Calls that are under way when it goes are finished first, as in the official plugins:
 * a killed CLI does not cut a command on a host in two.
 */
export async function serve(service: grpc.ServiceDefinition, methods: grpc.UntypedServiceImplementation): Promise<void> {
  let running = 0
  const server = new grpc.Server(UNLIMITED)
  server.addService(service, Object.fromEntries(Object.entries(methods).map(([name, method]) => [name, counted(method)])))

  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    )
  })
  process.stdout.write(`${port}\n`)

  const parent = process.ppid
  setInterval(() => {
    if (process.ppid !== parent && running === 0) process.exit(0)
  }, 1000)

  function counted(method: grpc.UntypedHandleCall): grpc.UntypedHandleCall {
    return ((call: grpc.ServerUnaryCall<unknown, unknown>, done?: grpc.sendUnaryData<unknown>) => {
      running++
      const ended = () => {
        running--
      }
      if (!done) {
        call.once('finish', ended)
        return (method as unknown as (call: unknown) => void)(call)
      }
      return (method as grpc.handleUnaryCall<unknown, unknown>)(call, (...answer) => {
        ended()
        done(...answer)
      })
    }) as grpc.UntypedHandleCall
  }
}

/** The engine's address: the first argument that is no flag (the CLI adds flags such as `--logtostderr`). */
export function engineAddress(args: string[] = process.argv.slice(2)): string | undefined {
  return args.find((arg) => !arg.startsWith('-') && arg.includes(':'))
}

/** An error of the plugin: its code and message reach the user as they are. */
export class PluginError extends Error {
  readonly code: grpc.status
  readonly partial: PartialState | undefined

  constructor(message: string, code: grpc.status = grpc.status.UNKNOWN, partial?: PartialState) {
    super(message)
    this.code = code
    this.partial = partial
  }
}

/** The resource is there but not as asked: the engine keeps this state and shows the reasons. */
export interface PartialState {
  id: string
  properties: object
  /** Absent where they are the ones that the engine has sent. */
  inputs?: object
  reasons: string[]
}
