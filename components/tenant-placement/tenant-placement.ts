/** Places every workload made under a component onto the tenant's nodes. */
import * as pulumi from '@pulumi/pulumi'
import { type Placement, placePod, type PodSpec, tenantPlacement } from './place-pod.ts'
import { podSpecPaths } from './workloads.ts'

export interface TenantPlacementArgs {
  /** Where the pods go. Default: nodes of the tenant tier (`paas-tier=tenant`). */
  placement?: Placement
}

/**
 * Parent of a tenant's workloads: each built-in kind that makes pods, registered with this component as its parent, is placed by a transform.
 * @throws pulumi.RunError for a workload whose own nodeSelector contradicts the placement.
 */
export class TenantPlacement extends pulumi.ComponentResource {
  constructor(name: string, args: TenantPlacementArgs = {}, opts: pulumi.ComponentResourceOptions = {}) {
    super('annex:index:TenantPlacement', name, {}, { ...opts, transforms: [...(opts.transforms ?? []), placing(args.placement ?? tenantPlacement)] })
    this.registerOutputs()
  }
}

/** A Pulumi transform that places the pods of built-in workloads and leaves everything else alone. */
export function placing(placement: Placement): pulumi.ResourceTransform {
  return ({ type, name, props, opts }) => {
    const kind = /^kubernetes:[^:]+:(\w+?)(?:Patch)?$/.exec(type)?.[1] ?? ''
    const path = podSpecPaths[kind]
    if (path === undefined) return undefined
    const [first, ...rest] = path
    const placed = pulumi.output(props[first!] as Plain | undefined).apply((plain) => placeAt(plain ?? {}, rest, placement, name))
    return { props: { ...props, [first!]: placed }, opts }
  }
}

interface Plain { [key: string]: unknown }

function placeAt(object: Plain, [key, ...rest]: readonly string[], placement: Placement, name: string): Plain {
  if (key === undefined) return placedOrThrow(object, placement, name)
  return { ...object, [key]: placeAt((object[key] ?? {}) as Plain, rest, placement, name) }
}

function placedOrThrow(spec: PodSpec, placement: Placement, name: string): PodSpec {
  const placed = placePod(spec, placement)
  if (placed.error !== undefined) throw new pulumi.RunError(`${name}: ${placed.error}`)
  return placed.spec
}
