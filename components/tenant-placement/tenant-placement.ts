/** Places every workload made under a component onto the tenant's nodes. */
import * as pulumi from '@pulumi/pulumi'
import { findWorkload, placeObject } from './place-object.ts'
import { type Placement, type PodSpec, tenantPlacement } from './place-pod.ts'
import { isPlain, type Plain } from './plain.ts'
import { hasNone, type Lift, ownSettings, PathFault, placeSettings, updateAt } from './pod-settings.ts'
import { type PodSettings, type SettingField, type Workload, workloads } from './workloads.ts'

export interface TenantPlacementArgs {
  /** Where the pods go. Default: nodes of the tenant tier (`paas-tier=tenant`). */
  placement?: Placement
  /** Kinds that have pod settings beside those that annex knows. Default: none. */
  workloads?: Workload[]
}

/**
 * Parent of a tenant's workloads: each kind that makes pods, registered with this component as its parent or above it, is placed by a
 * transform: single resources as well as the children of charts, YAML files and Kustomize folders.
 * @throws pulumi.RunError for a workload whose own selectors contradict the placement.
 */
export class TenantPlacement extends pulumi.ComponentResource {
  constructor(name: string, args: TenantPlacementArgs = {}, opts: pulumi.ComponentResourceOptions = {}) {
    const table = [...(args.workloads ?? []), ...workloads]
    super('annex:index:TenantPlacement', name, {}, { ...opts, transforms: [...(opts.transforms ?? []), placing(args.placement ?? tenantPlacement, table)] })
    this.registerOutputs()
  }
}

/**
 * A Pulumi transform that places the pods of every kind in the table, in every API version; of a patch what it says of placement, of a list each item.
 * Other kinds with what looks like a pod are left alone with a warning, and so is a Helm Release, whose objects Pulumi never sees:
 * admission places their pods.
 */
export function placing(placement: Placement, table: readonly Workload[] = workloads): pulumi.ResourceTransform {
  return ({ type, name, props, opts }) => {
    const token = /^kubernetes:([^:]+):(\w+)$/.exec(type)
    if (token === null) return undefined
    const [apiVersion, kind] = [token[1]!.replace(/^core\//, ''), token[2]!]
    if (type === 'kubernetes:helm.sh/v3:Release') {
      pulumi.log.warn(`${name}: Helm renders a Release when it is applied, so its pods are not placed here: give its values the placement (npm run -s place), or use a Chart`)
      return undefined
    }
    if (/^(helm\.sh\/v\d+|yaml(\/v\d+)?|kustomize(\/v\d+)?)$/.test(apiVersion)) return undefined
    const workload = findWorkload(table, apiVersion, kind)
    const patched = kind.endsWith('Patch') ? findWorkload(table, apiVersion, kind.slice(0, -'Patch'.length)) : undefined
    if (workload !== undefined) return { props: placeProps(props, workload, placement, name), opts }
    if (patched !== undefined) return { props: placeProps(props, onlyWhatIsThere(patched), placement, name, settingsOfPatch), opts }
    const items = props['items'] as pulumi.Input<unknown[]> | undefined
    if (kind.endsWith('List') && items !== undefined) {
      return { props: { ...props, items: pulumi.output(items).apply((plain) => (placedOrThrow({ apiVersion, kind, items: plain }, placement, table, name) as Plain)['items']) }, opts }
    }
    for (const result of placeObject(withoutOutputs({ ...props, apiVersion, kind }), placement, table).results) {
      if (result.outcome === 'not placed') pulumi.log.warn(`${name}: its pods are not placed here: ${result.why}`)
    }
    return undefined
  }
}

/** A patch takes the rest from the object that is there: nothing is made in it. */
function onlyWhatIsThere(workload: Workload): Workload {
  return { ...workload, pods: workload.pods.map((it) => ({ ...it, at: it.at.split('.').map((segment) => (/[?\]}]$/.test(segment) ? segment : `${segment}?`)).join('.') })) }
}

/**
 * The API server puts each of these settings in the place of the object's own, as a whole: one that the patch does not have must not get
 * there, or it would take the object's selectors and tolerations away.
 */
function settingsOfPatch(description: PodSettings, settings: Plain): PodSettings {
  const { nodeName: _, affinity, ...own } = ownSettings(settings, description)
  // The rules beside the required terms are merged.
  const terms = pulumi.Output.isInstance(affinity) || (affinity as PodSpec['affinity'])?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution !== undefined
  return { ...description, fields: [...Object.keys(own), ...(terms ? ['affinity'] : [])] as SettingField[], made: undefined }
}

function placeProps(props: Plain, { pods }: Workload, placement: Placement, name: string, describe: Describe = (description) => description): Plain {
  return pods.reduce<Plain>((placed, description) => {
    try {
      return updateAt(placed, description.at, (settings, path) => placeInputs(settings, (read) => describe(description, read), placement, `${name}: ${path}`), lift) as Plain
    } catch (error) {
      throw error instanceof PathFault ? new pulumi.RunError(`${name}: ${error.message}`) : error
    }
  }, props)
}

/** What placement may write into an object's settings. */
type Describe = (description: PodSettings, settings: Plain) => PodSettings

/** Outputs are entered only where placement must: a secret in a container does not make the whole of a workload secret. */
const lift: Lift = (value, next) => (pulumi.Output.isInstance(value) ? value.apply(next) : next(value))

function placeInputs(settings: Plain, describe: (settings: Plain) => PodSettings, placement: Placement, where: string): Plain {
  const description = describe(settings)
  if (hasNone(description, settings)) return settings
  const own = { ...(Object.keys(settings).length === 0 ? description.made : {}), ...settings }
  const place = (read: unknown) => {
    const { changed, error } = placeSettings(read as Plain, describe(read as Plain), placement)
    if (error !== undefined) throw new pulumi.RunError(`${where}: ${error}`)
    return { ...(read as Plain), ...changed }
  }
  const read = ownSettings(own, description)
  if (!hasOutput(read)) return { ...own, ...place(read) }
  const placed = pulumi.output(read).apply(place)
  const written = Object.keys(placeSettings({}, description, placement).changed ?? {})
  return { ...own, ...Object.fromEntries(written.map((key) => [key, placed.apply((it) => it[key])])) }
}

function hasOutput(value: unknown): boolean {
  if (pulumi.Output.isInstance(value)) return true
  return Array.isArray(value) ? value.some(hasOutput) : isPlain(value) && Object.values(value).some(hasOutput)
}

/** What of the inputs is known now; enough to see the shape of an object. */
function withoutOutputs(value: unknown): unknown {
  if (pulumi.Output.isInstance(value)) return undefined
  if (Array.isArray(value)) return value.map(withoutOutputs)
  return isPlain(value) ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutOutputs(inner)])) : value
}

function placedOrThrow(object: Plain, placement: Placement, table: readonly Workload[], name: string): unknown {
  const { object: placed, results } = placeObject(object, placement, table)
  const faults = results.filter(({ outcome }) => outcome === 'not placed').map(({ object: { kind, name: item }, why }) => `${name}: ${kind} ${item}: ${why}`)
  if (faults.length > 0) throw new pulumi.RunError(faults.join('\n'))
  return placed
}
