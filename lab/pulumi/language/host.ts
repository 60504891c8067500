/**
 * Stand-in for pulumi-language-nodejs: what the CLI asks of a language it runs programs in.
 * `@pulumi/pulumi` does the work (cmd/run, cmd/run-plugin, cmd/run-policy-pack); the host finds it and starts it.
 */
import { createRequire } from 'node:module'
import grpc from '@grpc/grpc-js'
import type * as messages from '@pulumi/pulumi/proto/language_pb.js'
import { engineAddress, serve } from '../plugin/serve.ts'
import { about, installDependencies, version } from './about.ts'
import { findPackages, programDependencies } from './packages.ts'
import { runPlugin, runProgram, type ProgramInfo } from './run.ts'

const require = createRequire(import.meta.url)
const pb: typeof messages = require('@pulumi/pulumi/proto/language_pb.js')
const { LanguageRuntimeService } = require('@pulumi/pulumi/proto/language_grpc_pb.js')
const { PackageDependency, PluginInfo } = require('@pulumi/pulumi/proto/plugin_pb.js')
const { Empty } = require('google-protobuf/google/protobuf/empty_pb.js')

/** The CLI gives the engine's address as an argument, newer ones in the handshake too. */
let engine = engineAddress() ?? ''
/** Raised when the user interrupts the CLI: the program is in a process group of its own and does not hear it. */
const cancelled = new AbortController()

await serve(LanguageRuntimeService, {
  handshake: unary(async (request: messages.LanguageHandshakeRequest) => {
    engine = request.getEngineAddress() || engine
    return new pb.LanguageHandshakeResponse()
  }),
  getPluginInfo: unary(async () => new PluginInfo().setVersion(version())),
  about: unary(async (request: messages.AboutRequest) => {
    const facts = await about(programInfo(request).programDirectory)
    const response = new pb.AboutResponse()
    response.setExecutable(facts.executable)
    response.setVersion(facts.version)
    for (const [key, value] of Object.entries(facts.metadata)) response.getMetadataMap().set(key, value)
    return response
  }),
  getRequiredPackages: unary(async (request: messages.GetRequiredPackagesRequest) => {
    const response = new pb.GetRequiredPackagesResponse()
    for (const { name, version, server } of findPackages(programInfo(request).programDirectory)) {
      const dependency = new PackageDependency()
      dependency.setName(name)
      dependency.setKind('resource')
      dependency.setVersion(version)
      dependency.setServer(server)
      response.addPackages(dependency)
    }
    return response
  }),
  getProgramDependencies: unary(async (request: messages.GetProgramDependenciesRequest) => {
    const response = new pb.GetProgramDependenciesResponse()
    for (const { name, version } of programDependencies(programInfo(request).programDirectory)) {
      const dependency = new pb.DependencyInfo()
      dependency.setName(name)
      dependency.setVersion(version)
      response.addDependencies(dependency)
    }
    return response
  }),
  run: unary(async (request: messages.RunRequest) => {
    const { error, bail } = await runProgram({
      engine,
      monitor: request.getMonitorAddress(),
      organization: request.getOrganization(),
      project: request.getProject(),
      stack: request.getStack(),
      dryRun: request.getDryrun(),
      parallel: request.getParallel(),
      args: request.getArgsList(),
      config: Object.fromEntries(request.getConfigMap().toArray()),
      configSecretKeys: request.getConfigsecretkeysList(),
      info: programInfo(request),
    }, cancelled.signal)
    const response = new pb.RunResponse()
    response.setError(error)
    response.setBail(bail)
    return response
  }),
  runPlugin: (call: grpc.ServerWritableStream<messages.RunPluginRequest, messages.RunPluginResponse>) => {
    const { request } = call
    const ended = new AbortController()
    call.on('cancelled', () => ended.abort())
    runPlugin(
      {
        kind: request.getKind(),
        pwd: request.getPwd(),
        args: request.getArgsList(),
        env: request.getEnvList(),
        info: programInfo(request),
      },
      (stream, bytes) => {
        const response = new pb.RunPluginResponse()
        if (stream === 'stdout') response.setStdout(bytes)
        else response.setStderr(bytes)
        call.write(response)
      },
      ended.signal,
    ).then(
      (exitCode) => {
        const response = new pb.RunPluginResponse()
        response.setExitcode(exitCode)
        call.write(response)
        call.end()
      },
      (error: Error) => call.destroy(Object.assign(error, { code: grpc.status.UNKNOWN, details: error.message })),
    )
  },
  installDependencies: (call: grpc.ServerWritableStream<messages.InstallDependenciesRequest, messages.InstallDependenciesResponse>) => {
    const { programDirectory } = programInfo(call.request)
    installDependencies(programDirectory || call.request.getDirectory(), (stream, bytes) => {
      const response = new pb.InstallDependenciesResponse()
      if (stream === 'stdout') response.setStdout(bytes)
      else response.setStderr(bytes)
      call.write(response)
    }).then(
      () => call.end(),
      (error: Error) => call.destroy(Object.assign(error, { code: grpc.status.UNKNOWN, details: error.message })),
    )
  },
  runtimeOptionsPrompts: unary(async () => new pb.RuntimeOptionsResponse()),
  cancel: unary(async () => {
    cancelled.abort()
    return new Empty()
  }),
  getRequiredPlugins: refuse('GetRequiredPlugins'),
  template: refuse('Template'),
  generateProgram: refuse('GenerateProgram'),
  generateProject: refuse('GenerateProject'),
  generatePackage: refuse('GeneratePackage'),
  pack: refuse('Pack'),
  link: refuse('Link'),
})

function unary<Request, Response>(answer: (request: Request) => Promise<Response>): grpc.handleUnaryCall<Request, Response> {
  return (call, done) => {
    answer(call.request).then(
      (response) => done(null, response),
      (error: Error) => done({ code: grpc.status.UNKNOWN, details: error.message }),
    )
  }
}

function refuse(method: string): grpc.handleUnaryCall<unknown, unknown> {
  const details = `${method} is not covered by the lab's stand-in for pulumi-language-nodejs; use the official CLI for it`
  return (_call, done) => done({ code: grpc.status.UNIMPLEMENTED, details })
}

function programInfo(request: { getInfo(): messages.ProgramInfo | undefined }): ProgramInfo {
  const info = request.getInfo()
  return {
    rootDirectory: info?.getRootDirectory() ?? '',
    programDirectory: info?.getProgramDirectory() ?? '',
    entryPoint: info?.getEntryPoint() || '.',
    options: (info?.getOptions()?.toJavaScript() ?? {}) as ProgramInfo['options'],
  }
}
