/** Stands in plain data for a value that is not known before the update. */
export const UNKNOWN: unique symbol = Symbol('unknown')

/** One place in a resource's properties: where it is, and what is there. Reading throws nothing, whatever the data. */
export class Field {
  readonly value: unknown
  readonly #above: Field | undefined
  readonly #step: string | number
  /** Fields below that were read before: eighty rules read the same ones again and again. */
  #below: Map<string | number, Field> | undefined

  constructor(value: unknown, above?: Field, step: string | number = '') {
    this.value = value
    this.#above = above
    this.#step = step
  }

  get isUnknown(): boolean {
    return this.value === UNKNOWN
  }

  /** Kubernetes and Pulumi treat null as "not set". */
  get isAbsent(): boolean {
    return this.value === undefined || this.value === null
  }

  /** The field below; what is below an unknown value is that unknown value, under its own path. */
  get(...keys: string[]): Field {
    let field: Field = this
    for (const key of keys) {
      if (field.isUnknown) return field
      field = field.#at(key)
    }
    return field
  }

  /** The field above; of the whole, the whole. */
  get parent(): Field {
    return this.#above ?? this
  }

  /** The fields of an object by its keys; an unknown object is one unknown field, anything else has none. */
  entries(): Field[] {
    if (this.isUnknown) return [this]
    return isObject(this.value) && !Array.isArray(this.value) ? Object.keys(this.value).map((key) => this.#at(key)) : []
  }

  /** Whether the key is there at all, if only as null. */
  has(key: string): boolean {
    return isObject(this.value) && Object.hasOwn(this.value, key)
  }

  /** The elements of a list; an unknown list is one unknown element, anything else has none. */
  items(): Field[] {
    if (this.isUnknown) return [this]
    return Array.isArray(this.value) ? Array.from(this.value, (_, index) => this.#at(index)) : []
  }

  /** Every field below this one and itself. Not recursive, so that no depth of data can exhaust the stack. */
  *walk(): Generator<Field> {
    const seen = new Set<unknown>()
    const open: Field[] = [this]
    for (let field = open.pop(); field !== undefined; field = open.pop()) {
      yield field
      const value = field.value
      if (!isObject(value) || seen.has(value)) continue
      seen.add(value)
      if (Array.isArray(value)) for (let index = value.length - 1; index >= 0; index--) open.push(field.#at(index))
      else for (const key of Object.keys(value).reverse()) open.push(field.#at(key))
    }
  }

  /** The last step of the path, "" for the whole. */
  get key(): string {
    return String(this.#step)
  }

  #at(step: string | number): Field {
    let field = this.#below?.get(step)
    if (field === undefined) {
      field = new Field(this.#valueAt(step), this, step)
      this.#below ??= new Map()
      this.#below.set(step, field)
    }
    return field
  }

  #valueAt(step: string | number): unknown {
    const { value } = this
    if (!isObject(value) || Array.isArray(value) !== (typeof step === 'number')) return undefined
    return Object.hasOwn(value, step) ? (value as Record<string | number, unknown>)[step] : undefined
  }

  /** The way to this field from the whole: keys, and positions in lists. */
  get steps(): (string | number)[] {
    const steps: (string | number)[] = []
    for (let field: Field = this; field.#above !== undefined; field = field.#above) steps.push(field.#step)
    return steps.reverse()
  }

  toString(): string {
    const steps = this.steps
    return steps.length === 0 ? '(the whole resource)' : steps.map(written).join('').replace(/^\./, '')
  }
}

/** A property's name may hold anything, a secret too: only what looks like a name is shown. */
function written(step: string | number): string {
  if (typeof step === 'number') return `[${step}]`
  if (/^[A-Za-z_$][\w$-]{0,62}$/.test(step)) return `.${step}`
  return /^[\w./-]{1,80}$/.test(step) ? `["${step}"]` : `["(${step.length} characters)"]`
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
