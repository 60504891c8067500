import type { Field } from './field.ts'
import { type KubernetesObject, objectsOf } from './kubernetes.ts'
import { type Fault, type Resource, unverifiable, violation } from './rule.ts'

/** An object, with the resource that holds it. */
export interface StackObject extends KubernetesObject {
  resource: Resource
}

/** What a preview says besides the resources that there will be. */
export interface Changes {
  /** Resources that it takes away, if only until their replacement is made. */
  removed: readonly Resource[]
  /** It leaves out resources that stay as they are. */
  partial: boolean
}

/** Everything at once, with the objects of Kubernetes' own kinds sorted by kind. */
export class Stack {
  readonly resources: readonly Resource[]
  readonly removed: readonly Resource[]
  readonly #partial: boolean
  readonly #byKind = new Map<string, StackObject[]>()
  readonly #byNamespace = new Map<string, Map<string | undefined, StackObject[]>>()

  constructor(resources: readonly Resource[], { removed, partial }: Changes = { removed: [], partial: false }) {
    this.resources = resources
    this.removed = removed
    this.#partial = partial
    for (const resource of resources) {
      for (const found of objectsOf(resource).filter(({ own }) => own)) {
        const before = this.#byKind.get(found.kind)
        if (before === undefined) this.#byKind.set(found.kind, [{ ...found, resource }])
        else before.push({ ...found, resource })
      }
    }
  }

  /** Objects of these kinds, in whatever API version; a Patch of one is not among them. */
  objects(...kinds: string[]): StackObject[] {
    return kinds.flatMap((kind) => this.#byKind.get(kind) ?? []).filter(({ patch }) => !patch)
  }

  /** Patches of objects of one kind. */
  patches(kind: string): StackObject[] {
    return (this.#byKind.get(kind) ?? []).filter(({ patch }) => patch)
  }

  /** The fault of what has to be in the stack and is not seen there. */
  missing(field: Field, message: string): Fault {
    return this.#partial ? unverifiable(field, `${message}, or it stays as it is and the preview leaves it out (pulumi preview --show-sames)`) : violation(field, message)
  }

  /** Objects of one kind in one namespace; `undecided` is an object whose namespace is not known yet. */
  within(namespace: string, kind: string): { objects: StackObject[]; undecided: Field | undefined } {
    let sorted = this.#byNamespace.get(kind)
    if (sorted === undefined) this.#byNamespace.set(kind, (sorted = Map.groupBy(this.objects(kind), ({ object }) => namespaceOf(object))))
    const undecided = sorted.get(undefined)?.map(({ object }) => object.get('metadata', 'namespace')).find((field) => field.isUnknown)
    return { objects: sorted.get(namespace) ?? [], undecided }
  }
}

/** The namespace that an object says it is in; none said is `default`. Undefined where it is unknown or no text. */
export function namespaceOf(object: Field): string | undefined {
  const { value, isAbsent } = object.get('metadata', 'namespace')
  if (isAbsent) return 'default'
  return typeof value === 'string' ? value : undefined
}
