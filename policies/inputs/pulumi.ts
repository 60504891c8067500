import { Field, UNKNOWN } from '../field.ts'
import type { Resource } from '../rule.ts'

/** The part of `pulumi stack export` and `pulumi preview --json` that is read here. */
interface Saved {
  deployment?: { resources?: SavedResource[] | null }
  steps?: { op: string; newState?: SavedResource }[] | null
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
  const { deployment, steps } = json as Record<string, unknown>
  return (typeof deployment === 'object' && deployment !== null) || Array.isArray(steps)
}

/** The resources of a state with their inputs and outputs, or those that a preview would make or keep. */
export function readPulumi({ deployment, steps }: Saved): { resources: Resource[]; outputs: Resource[] } {
  const kept = (steps ?? []).flatMap(({ op, newState }) => (newState === undefined || op.startsWith('delete') ? [] : [newState]))
  const saved = (deployment?.resources ?? []).filter((resource) => resource.delete !== true)
  return {
    resources: [...kept, ...saved].map((resource) => resourceOf(resource, resource.inputs)),
    outputs: saved.map((resource) => resourceOf(resource, resource.outputs)),
  }
}

function resourceOf({ urn, type }: SavedResource, properties: unknown): Resource {
  const name = String(urn).split('::').slice(3).join('::')
  return { type: String(type), name, properties: new Field(opened(properties ?? {})), origin: { urn: String(urn) } }
}

/** Marks of Pulumi's own format (sdk/go/common/resource): what is not known yet, and what is a secret. */
const UNKNOWNS = new Set([
  '04da6b54-80e4-46f7-96ec-b56ff0331ba9', '1c4a061d-8072-4f0a-a4cb-0ff528b18fe7', '3eeb2bf0-c639-47a8-9e75-3b44932eb421',
  '6a19a0b0-7e62-4c92-b797-7f8e31da9cc2', '030794c1-ac77-496b-92df-f27374a8bd58', 'e48ece36-62e2-4504-bad9-02848725956a',
  'dd056dcd-154b-4c76-9bd3-c8f88648b5ff',
])
const SIGNATURE = '4dabf18193072939515e22adb298388d'
const SECRET = '1b47061264138c4ac30d75fd1eb44270'
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
