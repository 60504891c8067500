/**
 * What providers have in common that Pulumi bridges from Terraform (random and tls): a table per resource says what its
 * properties are, and check, diff, preview and state follow from it.
 */
import { createRequire } from 'node:module'
import grpc from '@grpc/grpc-js'
import type { CheckFailure, Provider } from '../plugin/provider.ts'
import { PluginError } from '../plugin/serve.ts'
import { equal, isObject, isUnknown, secret, UNKNOWN, type Properties, type Value } from '../plugin/values.ts'

export interface Input {
  type: 'string' | 'number' | 'boolean' | 'map' | 'list' | 'object'
  required?: true
  default?: Value
  secret?: true
  /** Changed without a replacement. */
  updatable?: true
  /** Fields of an object, with the type of each. */
  fields?: { [name: string]: 'string' | 'list' }
}

export interface ResourceTable {
  inputs: { [name: string]: Input }
  /** What the provider works out; unknown in a preview. */
  outputs: { [name: string]: { secret?: true; preview?: Value } }
  /** Outputs that stay away when they are null. */
  nullOutputs?: string[]
  /** Version of the Terraform schema, where it has one. */
  schemaVersion?: number
  /** Whether the state holds the id once more. */
  idInState: boolean
  /** @returns the id and the outputs */
  create(inputs: Properties): Promise<{ id: string; outputs: Properties }>
  /** What is wrong beyond types and missing inputs. */
  faults?(inputs: Properties): CheckFailure[]
  /** Whether the resource has run out and is to be made again. */
  isExpired?(state: Properties): boolean
}

/** Names in Terraform that are not the property's name in small letters and underscores. */
const RENAMED: { [name: string]: string } = { streetAddresses: 'street_address' }

/** @param name of the package, such as `random` */
export function makeBridgedProvider(name: string, tables: { [type: string]: ResourceTable }): Provider {
  const stand = `the lab's stand-in for pulumi-resource-${name}`
  const table = (type: string): ResourceTable => {
    const found = tables[type]
    if (!found) throw new PluginError(`${stand} does not cover ${type}: it has ${Object.keys(tables).join(', ')}`)
    return found
  }

  return {
    version: createRequire(import.meta.url)(`@pulumi/${name}/package.json`).version,

    async checkConfig({ news }) {
      return { inputs: news, failures: Object.keys(news).filter((key) => key !== 'version' && key !== 'pluginDownloadURL').map((property) => ({ property, reason: `${stand} has no options` })) }
    },
    async diffConfig() {
      return { changes: 'DIFF_UNKNOWN' }
    },
    async configure() {
      return { supportsPreview: true, acceptResources: true, supportsAutonamingConfiguration: true }
    },
    async invoke(token) {
      throw new PluginError(`${stand} does not cover ${token}`, grpc.status.UNIMPLEMENTED)
    },

    async check({ type, news }) {
      const { inputs: known, faults } = table(type)
      const failures = typeFaults(stand, known, news)
      if (failures.length === 0) failures.push(...(faults?.(news) ?? []))
      const inputs = Object.fromEntries(Object.entries(news).map(([key, value]) => [key, known[key]?.secret ? secret(value) : value]))
      return { inputs, failures }
    },

    async diff({ type, olds, news, ignoreChanges }) {
      const resource = table(type)
      const changed = Object.entries(resource.inputs)
        .filter(([key, { default: fallback }]) => !ignoreChanges.includes(key) && !same(olds[key], news[key] ?? fallback))
        .map(([key]) => key)
      if (resource.isExpired?.(olds)) changed.push('readyForRenewal')
      if (changed.length === 0) return { changes: 'DIFF_NONE' }
      changed.sort()
      return { changes: 'DIFF_SOME', diffs: changed, replaces: changed.filter((key) => !resource.inputs[key]?.updatable) }
    },

    async create({ type, properties, preview }) {
      const resource = table(type)
      const inputs = withDefaults(resource, properties)
      if (preview) {
        const outputs = Object.entries(resource.outputs).map(([key, { preview: known = UNKNOWN }]): [string, Value] => [key, known])
        // A preview tells of an optional input that the provider may still fill in.
        const open = (resource.nullOutputs ?? []).filter((key) => inputs[key] === undefined).map((key): [string, Value] => [key, UNKNOWN])
        const state = { ...inputs, ...Object.fromEntries([...outputs, ...open]), ...(resource.idInState && { id: UNKNOWN }) }
        return { id: '', properties: markSecrets(resource, state) }
      }
      const { id, outputs } = await resource.create(inputs)
      return { id, properties: toState(resource, { ...inputs, ...outputs, ...(resource.idInState && { id }) }) }
    },

    async read({ id, type, properties, inputs }) {
      const resource = table(type)
      if (Object.keys(properties).length === 0) throw new PluginError(`${stand} does not cover the import of ${type}`, grpc.status.UNIMPLEMENTED)
      const { __meta: _meta, __pulumi_raw_state_delta: _delta, ...state } = properties
      const marked = Object.entries(inputs).map(([key, value]) => [key, resource.inputs[key]?.secret ? secret(value) : value])
      return { id, properties: toState(resource, state), inputs: Object.fromEntries(marked) }
    },

    async update({ type, olds, news, preview }) {
      const resource = table(type)
      const { __meta: _meta, __pulumi_raw_state_delta: _delta, ...state } = olds
      const next = { ...state, ...withDefaults(resource, news) }
      return { properties: preview ? markSecrets(resource, next) : toState(resource, next) }
    },

    async delete() {
      // Nothing is kept anywhere but in the state.
    },
  }
}

function withDefaults({ inputs: known }: ResourceTable, given: Properties): Properties {
  const defaults = Object.entries(known).flatMap(([key, { default: value }]) => (value === undefined ? [] : [[key, value]]))
  return { ...Object.fromEntries(defaults), ...given }
}

function toState(resource: ResourceTable, values: Properties): Properties {
  return {
    ...(resource.schemaVersion && { __meta: JSON.stringify({ schema_version: String(resource.schemaVersion) }) }),
    __pulumi_raw_state_delta: rawStateDelta(resource, values),
    ...markSecrets(resource, values),
  }
}

function markSecrets({ inputs, outputs }: ResourceTable, values: Properties): Properties {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, (inputs[key]?.secret || outputs[key]?.secret) && !isUnknown(value) ? secret(value) : value]),
  )
}

/** How Terraform's own state is made out of Pulumi's: where a null, a map, a list or another name was. */
function rawStateDelta({ inputs }: ResourceTable, values: Properties): Value {
  const properties: Properties = {}
  for (const [key, { type, fields }] of Object.entries(inputs)) {
    const value = values[key]
    if (value === undefined || value === null) properties[key] = NULL
    else if (type === 'map') properties[key] = { map: {} }
    else if (type === 'list') properties[key] = { arr: {} }
    else if (type === 'object') properties[key] = { plu: { i: objectDelta(fields!, value as Properties) } }
  }
  return { obj: Object.keys(properties).length > 0 ? { ps: properties } : {} }
}

function objectDelta(fields: NonNullable<Input['fields']>, value: Properties): Value {
  const open = Object.entries(fields).flatMap(([key, type]): [string, Value][] => {
    if (value[key] === undefined) return [[key, NULL]]
    return type === 'list' ? [[key, { arr: {} }]] : []
  })
  const renamed = Object.fromEntries(Object.keys(fields).flatMap((key) => (RENAMED[key] ? [[key, RENAMED[key]]] : [])))
  return { obj: { ...(open.length > 0 && { ps: Object.fromEntries(open) }), ...(Object.keys(renamed).length > 0 && { renamed }) } }
}

const NULL = secret({ replace: { raw: null } })

function same(old: Value | undefined, now: Value | undefined): boolean {
  if (now === undefined || now === null) return old === undefined || old === null
  return old !== undefined && equal(old, now)
}

function typeFaults(stand: string, known: ResourceTable['inputs'], given: Properties): CheckFailure[] {
  const missing = Object.entries(known)
    .filter(([key, { required }]) => required && given[key] === undefined)
    .map(([property]) => ({ property, reason: `Missing required argument. The argument "${property}" is required, but no definition was found.` }))
  const unfit = Object.entries(given).flatMap(([property, value]): CheckFailure[] => {
    const input = known[property]
    if (!input) return [{ property, reason: `${stand} does not cover this input; it has ${Object.keys(known).join(', ')}` }]
    return isUnknown(value) || fits(input.type, value) ? [] : [{ property, reason: `expected a ${input.type}, got ${JSON.stringify(value)}` }]
  })
  return [...missing, ...unfit]
}

function fits(type: Input['type'], value: Value): boolean {
  if (type === 'list') return Array.isArray(value)
  if (type === 'map' || type === 'object') return isObject(value)
  return typeof value === type
}
