import { Field, UNKNOWN } from '../field.ts'
import { SECRET, SIGNATURE, UNKNOWNS } from '../pulumi-marks.ts'
import type { Resource } from '../rule.ts'

/** The part of `pulumi stack export`, of a backend's own file of a stack, and of `pulumi preview --json` that is read here. */
interface Saved {
  deployment?: Deployment
  /** In .pulumi/stacks of a backend that is a folder or a bucket. */
  checkpoint?: { latest?: Deployment | null }
  steps?: Step[] | null
  diagnostics?: { severity?: unknown }[] | null
  /** How many resources a preview creates, updates, leaves as they are, by operation. */
  changeSummary?: Record<string, unknown> | null
}

interface Step {
  op: string
  oldState?: SavedResource
  newState?: SavedResource
}

interface Deployment {
  resources?: SavedResource[] | null
}

interface SavedResource {
  urn: string
  type: string
  parent?: string
  inputs?: unknown
  outputs?: unknown
  /** Replaced, and not yet removed. */
  delete?: boolean
  /** Forgotten, but not removed. */
  retainOnDelete?: boolean
}

/** A saved state or a preview, seen from what only they have. */
export function isPulumi(json: unknown): json is Saved {
  if (typeof json !== 'object' || json === null || 'kind' in json) return false
  const { deployment, checkpoint, steps } = json as Record<string, unknown>
  return [deployment, checkpoint].some((part) => typeof part === 'object' && part !== null) || Array.isArray(steps)
}

/** The resources of a state with their inputs and outputs, or those that a preview would make or keep, and those that it takes away. */
export function readPulumi({ deployment, checkpoint, steps, diagnostics, changeSummary }: Saved): { resources: Resource[]; outputs: Resource[]; removed: Resource[]; partial: boolean; failed: boolean } {
  const saved = ((deployment ?? checkpoint?.latest)?.resources ?? []).filter((resource) => resource.delete !== true)
  const kept = keptBy(steps ?? [])
  // Without --show-sames.
  const partial = Number(changeSummary?.['same'] ?? 0) > (steps ?? []).filter(({ op }) => op === 'same').length
  const unseen = partial ? new Set() : unseenIn(kept)
  return {
    resources: [...kept, ...saved].map((resource) => resourceOf(resource, unseen.has(resource) ? UNKNOWN : resource.inputs)),
    outputs: saved.map((resource) => resourceOf(resource, resource.outputs)),
    removed: removedBy(steps ?? [], kept).map((resource) => resourceOf(resource, resource.inputs)),
    failed: Array.isArray(diagnostics) && diagnostics.some((it) => it?.severity === 'error'),
    partial,
  }
}

/** Makes objects of a chart, a file or a folder. */
const MAKER = /^kubernetes:(helm\.sh\/v\d\w*:Chart|yaml(\/v2)?:Config(File|Group)|kustomize(\/v2)?:Directory)$/

/** Those that made none: with an input that is not known, they register nothing in a preview. */
function unseenIn(kept: readonly SavedResource[]): Set<SavedResource> {
  const parents = new Set(kept.map(({ parent }) => parent))
  return new Set(kept.filter(({ type, urn }) => MAKER.test(type) && !parents.has(urn)))
}

/** Once each: with --show-replacement-steps a replacement has two steps. */
function keptBy(steps: readonly Step[]): SavedResource[] {
  const states = steps.flatMap(({ op, newState }) => (newState === undefined || op.startsWith('delete') ? [] : [newState]))
  return [...new Map(states.map((state) => [state.urn, state])).values()]
}

function removedBy(steps: readonly Step[], kept: readonly SavedResource[]): SavedResource[] {
  const urns = new Set(kept.map(({ urn }) => urn))
  return steps.flatMap(({ op, oldState, newState }) => {
    if (oldState === undefined || oldState.delete === true || oldState.retainOnDelete === true) return []
    // An object with the name of its replacement has to go before.
    const goes = op === 'delete' ? !urns.has(oldState.urn) : op === 'replace' && nameOf(oldState) !== undefined && nameOf(oldState) === nameOf(newState)
    return goes ? [oldState] : []
  })
}

/** Namespace and name of a Kubernetes object. */
function nameOf(state: SavedResource | undefined): string | undefined {
  const metadata = new Field(state?.inputs).get('metadata')
  const [namespace, name] = [metadata.get('namespace').value, metadata.get('name').value]
  return typeof name === 'string' && !UNKNOWNS.has(name) ? `${typeof namespace === 'string' ? namespace : ''}/${name}` : undefined
}

function resourceOf({ urn, type }: SavedResource, properties: unknown): Resource {
  const name = String(urn).split('::').slice(3).join('::')
  return { type: String(type), name, properties: new Field(opened(properties ?? {})), origin: { urn: String(urn) } }
}

/** What a preview shows in place of a secret. */
const HIDDEN = '[secret]'

/** The properties with UNKNOWN for what is not known or encrypted. Not recursive, so that no depth of data can exhaust the stack. */
function opened(properties: unknown): unknown {
  const root = { value: properties }
  const open: [holder: Record<string | number, unknown>, key: string | number][] = [[root, 'value']]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [holder, key] = next
    const value = valueOf(holder[key])
    const copy: unknown = Array.isArray(value) ? [...value] : typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : value
    Object.defineProperty(holder, key, { value: copy, enumerable: true, writable: true, configurable: true })
    if (typeof copy === 'object' && copy !== null) for (const below of Object.keys(copy)) open.push([copy as Record<string, unknown>, below])
  }
  return root.value
}

function valueOf(value: unknown): unknown {
  if (typeof value === 'string') return UNKNOWNS.has(value) || value === HIDDEN ? UNKNOWN : value
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, SIGNATURE)) return value
  const { [SIGNATURE]: mark, plaintext, value: inner } = value as Record<string, unknown>
  if (mark !== SECRET) return value
  try {
    return typeof plaintext === 'string' ? JSON.parse(plaintext) : (inner ?? UNKNOWN)
  } catch {
    return UNKNOWN
  }
}
