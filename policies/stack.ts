import type { Field } from './field.ts'
import { isKubernetes, type KubernetesObject, objectsOf } from './kubernetes.ts'
import type { Resource } from './rule.ts'

/** An object, with the resource that holds it. */
export interface StackObject extends KubernetesObject {
  resource: Resource
}

/** Everything at once, with the objects of Kubernetes' own kinds sorted by kind. */
export class Stack {
  readonly resources: readonly Resource[]
  readonly #byKind = new Map<string, StackObject[]>()
  readonly #byNamespace = new Map<string, Map<string | undefined, StackObject[]>>()

  constructor(resources: readonly Resource[]) {
    this.resources = resources
    for (const resource of resources) {
      for (const found of objectsOf(resource).filter(isKubernetes)) {
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
