/** Programs under Pulumi's mocks. */
import * as pulumi from '@pulumi/pulumi'
import callbacks from '@pulumi/pulumi/proto/callback_pb.js'
import * as state from '@pulumi/pulumi/runtime/state.js'

export interface Registered { type: string; name: string; inputs: any }

/** What a resource comes after and how it is taken away, which mocks are not told. */
export interface Registration {
  urn: string
  parent: string
  dependencies: string[]
  deletedWith: string
  ignoreChanges: string[]
  protect: boolean
  deleteBeforeReplace: boolean
  retainOnDelete: boolean
}

/** Runs a program. Its transforms are not called. @returns what it registered */
export async function registered(program: () => void | Promise<void>): Promise<{ resources: Registered[]; registrations: Registration[] }> {
  const resources: Registered[] = []
  await pulumi.runtime.setMocks({
    newResource: ({ type, name, inputs }) => {
      resources.push({ type, name, inputs })
      const publicKey = Buffer.from(name.slice(0, 32).padEnd(32)).toString('base64')
      const result = { section: 'test', changed: [], unchanged: [], outputs: { publicKey } }
      return { id: name, state: type === 'command:remote:Command' ? { ...inputs, stdout: JSON.stringify(result) } : inputs }
    },
    call: ({ inputs }) => inputs,
  }, 'annex', 'test', false)
  ignoreTransforms()
  const registrations = listen()
  await program()
  await pulumi.runtime.disconnect()
  return { resources, registrations }
}

/** Mocks refuse a program that has some. */
function ignoreTransforms(): void {
  // Its types do not tell of it.
  const { getStore } = state as unknown as { getStore(): object }
  Object.assign(getStore(), { supportsTransforms: true, callbacks: { registerTransform: async () => new callbacks.Callback(), shutdown: () => undefined, awaitStackRegistrations: async () => undefined } })
}

function listen(): Registration[] {
  const registrations: Registration[] = []
  const monitor = pulumi.runtime.getMonitor() as any
  const register = monitor.registerResource.bind(monitor)
  monitor.registerResource = (request: any, answer: (error: unknown, response: any) => void) => register(request, (error: unknown, response: any) => {
    if (response) {
      registrations.push({
        urn: response.getUrn(), parent: request.getParent(), dependencies: request.getDependenciesList(), deletedWith: request.getDeletedwith(), ignoreChanges: request.getIgnorechangesList(),
        protect: request.getProtect() === true, deleteBeforeReplace: request.getDeletebeforereplace() === true, retainOnDelete: request.getRetainondelete() === true,
      })
    }
    answer(error, response)
  })
  return registrations
}
