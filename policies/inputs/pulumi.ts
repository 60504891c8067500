import { Field, UNKNOWN } from '../field.ts'
import { SECRET, SIGNATURE, UNKNOWNS } from '../pulumi-marks.ts'
import type { Resource } from '../rule.ts'

/** The part of `pulumi stack export`, of a backend's own file of a stack, and of `pulumi preview --json` that is read here. */
interface Saved {
  deployment?: Deployment
  /** In .pulumi/stacks of a backend that is a folder or a bucket. */
  checkpoint?: { latest?: Deployment | null }
  steps?: { op: string; newState?: SavedResource }[] | null
}

interface Deployment {
  resources?: SavedResource[] | null
}

interface SavedResource {
  urn: string
  type: string
  inputs?: unknown
  outputs?: unknown
  /** Replaced, and not yet removed. */
  delete?: boolean
}

/** A saved state or a preview, seen from what only they have. */
export function isPulumi(json: unknown): json is Saved {
  if (typeof json !== 'object' || json === null || 'kind' in json) return false
  const { deployment, checkpoint, steps } = json as Record<string, unknown>
  return [deployment, checkpoint].some((part) => typeof part === 'object' && part !== null) || Array.isArray(steps)
}

/** The resources of a state with their inputs and outputs, or those that a preview would make or keep. */
export function readPulumi({ deployment, checkpoint, steps }: Saved): { resources: Resource[]; outputs: Resource[] } {
  const kept = (steps ?? []).flatMap(({ op, newState }) => (newState === undefined || op.startsWith('delete') ? [] : [newState]))
  const saved = ((deployment ?? checkpoint?.latest)?.resources ?? []).filter((resource) => resource.delete !== true)
  return {
    resources: [...kept, ...saved].map((resource) => resourceOf(resource, resource.inputs)),
    outputs: saved.map((resource) => resourceOf(resource, resource.outputs)),
  }
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
