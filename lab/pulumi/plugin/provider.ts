/**
 * The ResourceProvider service with plain data in place of protobuf messages.
 */
import { createRequire } from 'node:module'
import grpc from '@grpc/grpc-js'
import type * as messages from '@pulumi/pulumi/proto/provider_pb.js'
import { engineLog, type Log } from './engine.ts'
import { engineAddress, PluginError, serve } from './serve.ts'
import type { Properties } from './values.ts'

const require = createRequire(import.meta.url)
const pb: typeof messages = require('@pulumi/pulumi/proto/provider_pb.js')
const { ResourceProviderService } = require('@pulumi/pulumi/proto/provider_grpc_pb.js')
const { Struct } = require('google-protobuf/google/protobuf/struct_pb.js')
const { Empty } = require('google-protobuf/google/protobuf/empty_pb.js')

export interface Resource {
  urn: string
  /** The type token, such as `command:remote:Command`. */
  type: string
  name: string
}

export interface CheckRequest extends Resource {
  olds: Properties
  news: Properties
  /** Names derived from it are the same at every try of one update. */
  randomSeed: Uint8Array
  autonaming?: { proposedName: string; mode: 'propose' | 'enforce' | 'disable' }
}
export interface CheckFailure {
  property: string
  reason: string
}
export interface CheckResponse {
  inputs: Properties
  failures?: CheckFailure[]
}

export interface DiffRequest extends Resource {
  id: string
  olds: Properties
  oldInputs: Properties
  news: Properties
  ignoreChanges: string[]
}
export type DiffKind = 'ADD' | 'ADD_REPLACE' | 'DELETE' | 'DELETE_REPLACE' | 'UPDATE' | 'UPDATE_REPLACE'
export interface DiffResponse {
  changes: 'DIFF_UNKNOWN' | 'DIFF_NONE' | 'DIFF_SOME'
  diffs?: string[]
  replaces?: string[]
  stables?: string[]
  deleteBeforeReplace?: boolean
  detailedDiff?: { [path: string]: { kind: DiffKind; inputDiff?: boolean } }
  hasDetailedDiff?: boolean
}

export interface CreateRequest extends Resource {
  properties: Properties
  preview: boolean
  /** Seconds; 0 means the kind's own default. */
  timeout: number
}
export interface ReadRequest extends Resource {
  id: string
  properties: Properties
  inputs: Properties
}
export interface ReadResponse {
  /** Empty when the resource is gone. */
  id: string
  properties?: Properties
  inputs?: Properties
}
export interface UpdateRequest extends DiffRequest {
  preview: boolean
  timeout: number
}
export interface DeleteRequest extends Resource {
  id: string
  properties: Properties
  oldInputs: Properties
  timeout: number
}

export interface Abilities {
  acceptSecrets?: boolean
  acceptResources?: boolean
  acceptOutputs?: boolean
  supportsPreview?: boolean
  supportsAutonamingConfiguration?: boolean
}

export interface Provider {
  version: string
  /** What the plugin says about itself in Handshake; absent where the official one has no Handshake. */
  handshake?: Abilities
  checkConfig(request: CheckRequest): Promise<CheckResponse>
  /** Absent where the official one does not implement it. */
  diffConfig?(request: DiffRequest): Promise<DiffResponse>
  configure(args: Properties, urn: string): Promise<Abilities>
  invoke(token: string, args: Properties, preview: boolean): Promise<{ return?: Properties; failures?: CheckFailure[] }>
  check(request: CheckRequest): Promise<CheckResponse>
  diff(request: DiffRequest): Promise<DiffResponse>
  create(request: CreateRequest): Promise<{ id: string; properties: Properties }>
  read(request: ReadRequest): Promise<ReadResponse>
  update(request: UpdateRequest): Promise<{ properties: Properties }>
  delete(request: DeleteRequest): Promise<void>
  /** Ends waits that are under way. */
  cancel?(): void
}

/** Runs `makeProvider` as this process's plugin. */
export async function serveProvider(makeProvider: (log: Log) => Provider): Promise<void> {
  const log = engineLog(engineAddress())
  await serve(ResourceProviderService, methods(makeProvider(log), log))
}

function methods(provider: Provider, log: Log): grpc.UntypedServiceImplementation {
  const unary =
    <Request, Response>(answer: (request: Request) => Promise<Response>): grpc.handleUnaryCall<Request, Response> =>
    (call, done) => {
      answer(call.request)
        .finally(() => log.flush())
        .then((response) => done(null, response), (error: unknown) => done(status(error)))
    }
  const absent = (name: string) => unary(async () => {
    throw new PluginError(name, grpc.status.UNIMPLEMENTED)
  })
  const { handshake, diffConfig } = provider

  return {
    handshake: handshake
      ? unary(async () => {
          const response = new pb.ProviderHandshakeResponse()
          response.setAcceptSecrets(handshake.acceptSecrets ?? false)
          response.setAcceptResources(handshake.acceptResources ?? false)
          response.setAcceptOutputs(handshake.acceptOutputs ?? false)
          response.setSupportsAutonamingConfiguration(handshake.supportsAutonamingConfiguration ?? false)
          return response
        })
      : absent('method Handshake not implemented'),
    getPluginInfo: unary(async () => {
      const { PluginInfo } = require('@pulumi/pulumi/proto/plugin_pb.js')
      const info = new PluginInfo()
      info.setVersion(provider.version)
      return info
    }),
    checkConfig: unary(async (request: messages.CheckRequest) => checkResponse(await provider.checkConfig(checkRequest(request)))),
    diffConfig: diffConfig
      ? unary(async (request: messages.DiffRequest) => diffResponse(await diffConfig.call(provider, diffRequest(request))))
      : absent('DiffConfig is not implemented'),
    configure: unary(async (request: messages.ConfigureRequest) => {
      const can = await provider.configure(properties(request.getArgs()), request.getUrn() ?? '')
      const response = new pb.ConfigureResponse()
      response.setAcceptsecrets(can.acceptSecrets ?? false)
      response.setAcceptresources(can.acceptResources ?? false)
      response.setAcceptoutputs(can.acceptOutputs ?? false)
      response.setSupportspreview(can.supportsPreview ?? false)
      response.setSupportsAutonamingConfiguration(can.supportsAutonamingConfiguration ?? false)
      return response
    }),
    invoke: unary(async (request: messages.InvokeRequest) => {
      const result = await provider.invoke(request.getTok(), properties(request.getArgs()), request.getPreview())
      const response = new pb.InvokeResponse()
      if (result.return) response.setReturn(Struct.fromJavaScript(result.return))
      response.setFailuresList((result.failures ?? []).map(failure))
      return response
    }),
    check: unary(async (request: messages.CheckRequest) => checkResponse(await provider.check(checkRequest(request)))),
    diff: unary(async (request: messages.DiffRequest) => diffResponse(await provider.diff(diffRequest(request)))),
    create: unary(async (request: messages.CreateRequest) => {
      const { id, properties: outputs } = await provider.create({
        ...resource(request),
        properties: properties(request.getProperties()),
        preview: request.getPreview(),
        timeout: request.getTimeout(),
      })
      const response = new pb.CreateResponse()
      response.setId(id)
      response.setProperties(Struct.fromJavaScript(outputs))
      return response
    }),
    read: unary(async (request: messages.ReadRequest) => {
      const result = await provider.read({
        ...resource(request),
        id: request.getId(),
        properties: properties(request.getProperties()),
        inputs: properties(request.getInputs()),
      })
      const response = new pb.ReadResponse()
      response.setId(result.id)
      if (result.properties) response.setProperties(Struct.fromJavaScript(result.properties))
      if (result.inputs) response.setInputs(Struct.fromJavaScript(result.inputs))
      return response
    }),
    update: unary(async (request: messages.UpdateRequest) => {
      const { properties: outputs } = await provider.update({
        ...diffRequest(request),
        preview: request.getPreview(),
        timeout: request.getTimeout(),
      })
      const response = new pb.UpdateResponse()
      response.setProperties(Struct.fromJavaScript(outputs))
      return response
    }),
    delete: unary(async (request: messages.DeleteRequest) => {
      await provider.delete({
        ...resource(request),
        id: request.getId(),
        properties: properties(request.getProperties()),
        oldInputs: properties(request.getOldInputs()),
        timeout: request.getTimeout(),
      })
      return new Empty()
    }),
    cancel: unary(async () => {
      provider.cancel?.()
      return new Empty()
    }),
  }
}

function resource(request: { getUrn(): string; getType(): string; getName(): string }): Resource {
  const urn = request.getUrn()
  // urn:pulumi:<stack>::<project>::<parent types>$<type>::<name>; the name itself may hold "::".
  const [, , types = '', ...name] = urn.split('::')
  return {
    urn,
    type: request.getType() || types.split('$').at(-1)!,
    name: request.getName() || name.join('::'),
  }
}

function properties(struct: { toJavaScript(): object } | undefined): Properties {
  return (struct?.toJavaScript() ?? {}) as Properties
}

function checkRequest(request: messages.CheckRequest): CheckRequest {
  const autonaming = request.getAutonaming()
  const mode = (['propose', 'enforce', 'disable'] as const)[autonaming?.getMode() ?? 0]!
  return {
    ...resource(request),
    olds: properties(request.getOlds()),
    news: properties(request.getNews()),
    randomSeed: request.getRandomseed_asU8(),
    ...(autonaming && { autonaming: { proposedName: autonaming.getProposedName(), mode } }),
  }
}

function diffRequest(request: messages.DiffRequest | messages.UpdateRequest): DiffRequest {
  return {
    ...resource(request),
    id: request.getId(),
    olds: properties(request.getOlds()),
    oldInputs: properties(request.getOldInputs()),
    news: properties(request.getNews()),
    ignoreChanges: request.getIgnorechangesList(),
  }
}

function failure({ property, reason }: CheckFailure): messages.CheckFailure {
  const message = new pb.CheckFailure()
  message.setProperty(property)
  message.setReason(reason)
  return message
}

function checkResponse({ inputs, failures }: CheckResponse): messages.CheckResponse {
  const response = new pb.CheckResponse()
  response.setInputs(Struct.fromJavaScript(inputs))
  response.setFailuresList((failures ?? []).map(failure))
  return response
}

function diffResponse(diff: DiffResponse): messages.DiffResponse {
  const response = new pb.DiffResponse()
  response.setChanges(pb.DiffResponse.DiffChanges[diff.changes])
  response.setDiffsList(diff.diffs ?? [])
  response.setReplacesList(diff.replaces ?? [])
  response.setStablesList(diff.stables ?? [])
  response.setDeletebeforereplace(diff.deleteBeforeReplace ?? false)
  for (const [path, { kind, inputDiff }] of Object.entries(diff.detailedDiff ?? {})) {
    const change = new pb.PropertyDiff()
    change.setKind(pb.PropertyDiff.Kind[kind])
    change.setInputdiff(inputDiff ?? false)
    response.getDetaileddiffMap().set(path, change)
  }
  response.setHasdetaileddiff(diff.hasDetailedDiff ?? false)
  return response
}

function status(error: unknown): Partial<grpc.StatusObject> {
  if (!(error instanceof PluginError)) {
    return { code: grpc.status.UNKNOWN, details: error instanceof Error ? error.message : String(error) }
  }
  if (!error.partial) return { code: error.code, details: error.message }

  const { Any } = require('google-protobuf/google/protobuf/any_pb.js')
  const { Status } = require('@pulumi/pulumi/proto/status_pb.js')
  const { id, properties: outputs, inputs, reasons } = error.partial
  const detail = new pb.ErrorResourceInitFailed()
  detail.setId(id)
  detail.setProperties(Struct.fromJavaScript(outputs))
  if (inputs) detail.setInputs(Struct.fromJavaScript(inputs))
  detail.setReasonsList(reasons)
  const any = new Any()
  any.pack(detail.serializeBinary(), 'pulumirpc.ErrorResourceInitFailed')
  const full = new Status()
  full.setCode(error.code)
  full.setMessage(error.message)
  full.addDetails(any)
  const metadata = new grpc.Metadata()
  metadata.add('grpc-status-details-bin', Buffer.from(full.serializeBinary()))
  return { code: error.code, details: error.message, metadata }
}
