/**
 * Stand-in for pulumi-resource-kubernetes 4.32.0, with server-side apply.
 * Rules: https://github.com/pulumi/pulumi-kubernetes, provider/pkg/provider/provider.go.
 */
import { createRequire } from 'node:module'
import grpc from '@grpc/grpc-js'
import type { Log } from '../plugin/engine.ts'
import { serveProvider, type DiffRequest, type Provider, type Resource } from '../plugin/provider.ts'
import { PluginError } from '../plugin/serve.ts'
import { containsUnknown, reveal, type Properties } from '../plugin/values.ts'
import { ApiError, Api, NoMatchError } from './api.ts'
import { createObject, isNotFound, missesNamespace, propagation, relinquish, updateObject, type Write } from './apply.ts'
import { checkReady, NotReadyError, untilGone, untilReady, type Patience } from './await/await.ts'
import { isUncovered, readRuleFor, ruleFor, skipsAwait, waitsForDeletion } from './await/rules.ts'
import { diffObjects } from './diff.ts'
import { loadKubeconfig, UnreadableKubeconfig } from './kubeconfig.ts'
import { adoptName, knownName, makeName, newFieldManager } from './names.ts'
import { normalize } from './normalize.ts'
import { annotation, fromState, isPatch, objectId, parseId, prune, toInputs, toObject, toState, type KubernetesObject } from './objects.ts'
import { isDefinition, isNamespaced, remember, type Definitions } from './scope.ts'
import { checkSettings, diffSettings, readSettings, type Settings } from './settings.ts'

export function makeProvider(log: Log): Provider {
  const cancelled = new AbortController()
  const definitions: Definitions = new Map()
  let settings: Settings = readSettings({})
  let api: Api | undefined
  let namespace = ''
  /** Why there is no cluster to talk to; empty while there is. */
  let unreachable = ''

  const patience = ({ urn }: Resource, timeout: number): Patience => ({
    timeout,
    cancel: cancelled.signal,
    tell: (severity, message) => log.status(severity, urn, message),
    log: (severity, message) => log.log(severity, urn, message),
  })
  /** What was waited for is over, so the user need not see it any longer. */
  const clear = ({ urn }: Resource) => log.status('info', urn, '')
  const reach = (): Api => {
    if (!api || unreachable) throw new PluginError(`configured Kubernetes cluster is unreachable: ${unreachable}`)
    return api
  }
  const knowsKind = ({ apiVersion = '', kind = '' }: KubernetesObject) => !unreachable && api?.find(apiVersion, kind) !== undefined
  const write = (type: string, inputs: KubernetesObject, fieldManager: string, preview: boolean): Write => ({
    inputs, fieldManager, preview, patch: isPatch(type, inputs), upsert: settings.upsertExistingObjects, force: settings.enablePatchForce,
  })

  return {
    version: createRequire(import.meta.url)('@pulumi/kubernetes/package.json').version,

    async checkConfig({ news }) {
      return { inputs: news, failures: checkSettings(news) }
    },
    async diffConfig({ olds, news }: DiffRequest) {
      return diffSettings(reveal(olds), reveal(news))
    },
    async configure(args) {
      settings = readSettings(reveal(args))
      api?.close()
      api = undefined
      unreachable = ''
      try {
        const config = loadKubeconfig(settings.kubeconfig, settings)
        namespace = config.namespace
        api = new Api(config)
        await api.discover().catch((error: Error) => {
          // What the official plugin asks for first.
          unreachable = `unable to load schema information from the API server: ${error.message.replace(/\/apis?"/, '/openapi/v2?timeout=32s"')}`
        })
      } catch (error) {
        const about = error instanceof UnreadableKubeconfig ? 'failed to parse kubeconfig data in `kubernetes:config:kubeconfig`-' : NO_CLIENT
        unreachable = `${about} ${(error as Error).message}`
      }
      return { acceptSecrets: true, supportsPreview: true, supportsAutonamingConfiguration: true }
    },
    async invoke(token) {
      throw new PluginError(`the lab's stand-in for pulumi-resource-kubernetes does not cover ${token}`, grpc.status.UNIMPLEMENTED)
    },

    async check(request) {
      const { urn, type, olds, news } = request
      if (unreachable && settings.skipUpdateUnreachable) {
        log.log('warning', urn, 'Cluster is unreachable but skipUpdateUnreachable flag is set to true, skipping...')
        return { inputs: olds }
      }
      refuseUncovered(type)
      const inputs = normalize(toObject(news))
      if (isUncovered(inputs)) {
        throw new PluginError(`the lab's stand-in for pulumi-resource-kubernetes does not cover waiting for ${inputs.kind}: annotate it with pulumi.com/skipAwait: "true"`)
      }
      const old = toObject(olds)
      if (isPatch(type, inputs) && !inputs.metadata?.name) throw new PluginError('patch resources require the `.metadata.name` field to be set')
      if (Object.keys(old).length > 0) adoptName(inputs, old)
      else makeName(inputs, request)
      if (inputs.metadata?.generateName && !inputs.metadata.name) {
        throw new PluginError('the `.metadata.generateName` field is not supported in Server-Side Apply mode')
      }
      if (namespace && !inputs.metadata?.namespace && isNamespaced(inputs, definitions, api)) {
        inputs.metadata = { ...inputs.metadata, namespace }
      }
      if (isDefinition(inputs)) remember(definitions, inputs)
      return { inputs: toInputs(inputs, news) }
    },

    async diff({ type, urn, olds, news, ignoreChanges }) {
      const { inputs: oldInputs, live } = fromState(olds)
      const inputs = normalize(toObject(news))
      const pruned = prune(live, normalize(oldInputs)) as KubernetesObject
      const scoped = isNamespaced(inputs, definitions, api)
      for (const object of [pruned, inputs]) {
        const { namespace: own, ...metadata } = object.metadata ?? {}
        object.metadata = scoped ? { ...metadata, namespace: own || 'default' } : metadata
      }
      pruned.apiVersion ??= inputs.apiVersion
      pruned.kind ??= inputs.kind
      delete pruned.metadata!.resourceVersion
      if (knownName(inputs)) pruned.metadata!.name = live.metadata!.name
      if (annotation(inputs, 'pulumi.com/replaceUnready') === 'true') {
        log.log('warning', urn, "replaceUnready annotation is not covered by the lab's stand-in for pulumi-resource-kubernetes")
      }
      return diffObjects({ type, pruned, live, inputs, ignoreChanges })
    },

    async create(request) {
      const { urn, type, properties, preview, timeout } = request
      const inputs = toObject(properties)
      const asIs = { id: '', properties }
      if (preview && (containsUnknown(inputs as Properties) || !knowsKind(inputs) || isPatch(type, inputs))) return asIs
      const cluster = reach()
      const fieldManager = annotation(inputs, 'pulumi.com/patchFieldManager') || newFieldManager()
      const state = (live: KubernetesObject) => toState(inputs, live, properties, inputs.apiVersion!, fieldManager)

      let created: KubernetesObject
      try {
        created = await createObject(cluster, write(type, inputs, fieldManager, preview), (message) => log.status('info', urn, message))
        clear(request)
      } catch (error) {
        if (preview && (missesNamespace(error) || isForbidden(error) || (error as ApiError).reason === 'AlreadyExists')) return asIs
        const { message } = error as Error
        if (error instanceof NoMatchError) {
          throw new PluginError(
            `creation of resource "${urn}" with kind ${inputs.apiVersion}/${inputs.kind} failed because the Kubernetes API server ` +
              `reported that the apiVersion for this resource does not exist. Verify that any required CRDs have been created: ${message}`,
          )
        }
        throw new PluginError(`resource "${urn}" was not successfully created by the Kubernetes API server: ${message}`)
      }
      if (preview) {
        const { status: _status, ...rest } = created
        return { id: '', properties: state(rest) }
      }
      const rule = ruleFor(inputs)
      if (skipsAwait(inputs)) log.status('info', urn, 'Skipping await logic')
      const live = rule
        ? await untilReady(cluster, rule, created, undefined, patience(request, timeout)).catch((error: Error) => {
            const about = `resource "${urn}" was successfully created, but the Kubernetes API server reported that it failed to fully initialize or become live`
            throw partial(error, `${about}: ${error.message}`, state)
          })
        : created
      clear(request)
      if (isDefinition(inputs)) await cluster.discover()
      return { id: objectId(live), properties: state(live) }
    },

    async read(request) {
      const { id, urn, type, properties, inputs: given } = request
      if (unreachable) {
        log.log('warning', urn, `configured Kubernetes cluster is unreachable: ${unreachable}`)
        if (settings.deleteUnreachable) {
          log.log('info', urn, 'configured Kubernetes cluster is unreachable and the `deleteUnreachable` option is enabled. Deleting the unreachable resource from Pulumi state')
          return { id: '' }
        }
        if (settings.skipUpdateUnreachable) return { id, properties, inputs: given }
        throw new PluginError(
          'failed to read resource state due to unreachable cluster. If the cluster was deleted, you can remove this resource from Pulumi state ' +
            'by rerunning the operation with the PULUMI_K8S_DELETE_UNREACHABLE environment variable set to "true"',
        )
      }
      const old = normalize(toObject(given))
      const { live: oldLive } = fromState(properties)
      // A resource that is looked up, not one of this stack: nothing is known of it but its name.
      const foreign = !old.kind && !oldLive.kind
      if (!old.kind) {
        const { namespace: own, name } = parseId(id)
        Object.assign(old, oldLive.kind ? { apiVersion: oldLive.apiVersion, kind: oldLive.kind } : kindOf(type))
        old.metadata = { name, ...(own && { namespace: own }), ...old.metadata }
      }
      const initialApiVersion = (properties.__initialApiVersion as string) ?? old.apiVersion
      const fieldManager = annotation(old, 'pulumi.com/patchFieldManager') || (properties.__fieldManager as string) || newFieldManager()
      const answer = (live: KubernetesObject) => {
        const inputs = prune(live, old) as KubernetesObject
        return { id, properties: toState(inputs, live, given, initialApiVersion, fieldManager), inputs: toInputs(inputs, given) }
      }

      try {
        const live = await reach().get({ ...old, metadata: { ...old.metadata, name: parseId(id).name } })
        const rule = foreign ? undefined : readRuleFor(old)
        if (rule) {
          await checkReady(reach(), rule, live).catch((error: Error) => {
            const { properties: state, inputs } = answer(live)
            throw partial(error, error.message, () => state, inputs, id)
          })
          clear(request)
        }
        return answer(live)
      } catch (error) {
        if (error instanceof NoMatchError || isNotFound(error)) return { id: '' }
        throw error
      }
    },

    async update(request) {
      const { urn, type, olds, news, preview, timeout, ignoreChanges } = request
      if (!preview) reach()
      const inputs = normalize(toObject(news))
      if (preview && (containsUnknown(inputs as Properties) || !knowsKind(inputs))) return { properties: news }
      const { inputs: oldInputs, live: oldLive } = fromState(olds)
      const initialApiVersion = (olds.__initialApiVersion as string) ?? oldInputs.apiVersion
      const before = annotation(oldInputs, 'pulumi.com/patchFieldManager') || (olds.__fieldManager as string) || newFieldManager()
      const fieldManager = annotation(inputs, 'pulumi.com/patchFieldManager') || (olds.__fieldManager as string) || before
      const state = (live: KubernetesObject) => toState(inputs, live, news, initialApiVersion, fieldManager)
      const cluster = reach()

      let live: KubernetesObject
      try {
        const current = await cluster.get({ ...inputs, metadata: { ...inputs.metadata, name: oldLive.metadata!.name } })
        live = await updateObject(cluster, write(type, inputs, fieldManager, preview), current, ignoreChanges)
        const rule = preview ? undefined : ruleFor(inputs)
        if (!preview && skipsAwait(inputs)) log.status('info', urn, 'Skipping await logic')
        if (rule) live = await untilReady(cluster, rule, live, current, patience(request, timeout))
        if (!preview) clear(request)
      } catch (error) {
        const { message } = error as Error
        if (preview && isForbidden(error)) return { properties: news }
        if (error instanceof NoMatchError) {
          throw new PluginError(
            `update of resource "${urn}" failed because the Kubernetes API server reported that the apiVersion for this resource ` +
              `does not exist. Verify that any required CRDs have been created: ${message}`,
          )
        }
        const unread = (why: string) => new PluginError(`update of resource "${urn}" failed: ${message}\nunable to get cluster state: ${why}`)
        // It is read with what the user has cancelled.
        if (cancelled.signal.aborted) throw unread('client rate limiter Wait returned an error: context canceled')
        const now = await cluster.get(oldLive).catch((failed: Error) => { throw unread(failed.message) })
        const about = `the Kubernetes API server reported that "${objectId(now)}" failed to fully initialize or become live: ${message}`
        throw partial(error as Error, about, () => state(now), undefined, objectId(now))
      }
      if (!preview && before !== fieldManager) await relinquish(cluster, live, before)
      return { properties: state(live) }
    },

    async delete(request) {
      const { id, urn, type, properties, timeout } = request
      const { inputs, live } = fromState(properties)
      if (unreachable) {
        log.log('warning', urn, `configured Kubernetes cluster is unreachable: ${unreachable}`)
        if (settings.deleteUnreachable) {
          log.log('info', urn, 'configured Kubernetes cluster is unreachable and the `deleteUnreachable` option is enabled. Deleting the unreachable resource from Pulumi state')
          return
        }
        throw new PluginError(
          'configured Kubernetes cluster is unreachable. If the cluster was deleted, you can remove this resource from Pulumi state ' +
            'by rerunning the operation with the PULUMI_K8S_DELETE_UNREACHABLE environment variable set to "true"',
        )
      }
      const cluster = reach()
      const fieldManager = annotation(inputs, 'pulumi.com/patchFieldManager') || (properties.__fieldManager as string)
      try {
        if (isPatch(type, inputs)) {
          await relinquish(cluster, live, fieldManager)
          return
        }
        await cluster.delete({ ...live, metadata: { ...live.metadata, name: parseId(id).name } }, propagation(inputs))
        if (waitsForDeletion(inputs)) await untilGone(cluster, { ...live, metadata: { ...live.metadata, annotations: inputs.metadata?.annotations } }, patience(request, timeout))
        clear(request)
      } catch (error) {
        if (error instanceof NoMatchError || (isNotFound(error) && !isPatch(type, inputs))) return
        const { message } = error as Error
        if (isPatch(type, inputs) && (error as ApiError).reason === 'Invalid' && message.includes('Required value')) {
          const field = (error as ApiError).details.causes?.find(({ reason }) => reason === 'FieldValueRequired')?.field
          throw new PluginError(
            "this Patch resource is currently managing a required field, so it can't be deleted directly. Either set the `retainOnDelete` " +
              `resource option, or transfer ownership of the field before deleting: ${field}`,
          )
        }
        throw partial(error as Error, message, (now) => toState(live, now, properties, inputs.apiVersion!, fieldManager))
      }
    },

    cancel: () => cancelled.abort(),
  }
}

const NO_CLIENT =
  'unable to load Kubernetes client configuration from kubeconfig file. Make sure you have: \n\n \t • set up the provider as per ' +
  'https://www.pulumi.com/registry/packages/kubernetes/installation-configuration/ \n\n'

export const serve = () => serveProvider(makeProvider)

/** An error that keeps the object in the state as it is, when it is known how it is. */
function partial(error: Error, message: string, state: (live: KubernetesObject) => Properties, inputs?: Properties, id?: string): PluginError {
  if (!(error instanceof NotReadyError) && id === undefined) return new PluginError(message)
  const object = error instanceof NotReadyError ? error.object : {}
  const reasons = [message, ...(error instanceof NotReadyError ? error.reasons : [])]
  return new PluginError(message, grpc.status.UNKNOWN, { id: id ?? objectId(object), properties: state(object), inputs, reasons })
}

function isForbidden(error: unknown): boolean {
  return error instanceof ApiError && error.reason === 'Forbidden'
}

/** `kubernetes:apps/v1:Deployment` -> `apps/v1`, `Deployment`. */
function kindOf(type: string): { apiVersion: string; kind: string } {
  const [, module = '', kind = ''] = type.split(':')
  return { apiVersion: module.replace(/^core\//, ''), kind }
}

function refuseUncovered(type: string): void {
  if (/^kubernetes:(helm\.sh|kustomize|yaml)\//.test(type)) throw new PluginError(`the lab's stand-in for pulumi-resource-kubernetes does not cover ${type}`)
  if (type.endsWith('List') && type !== 'kubernetes:core/v1:List') throw new PluginError('list resources exist for compatibility with YAML manifests and Helm charts, and cannot be created directly. Use the underlying resource type instead')
}
