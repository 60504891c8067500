import { MARK_LENGTH, UNKNOWNS } from './pulumi-marks.ts'

/** Stands in plain data for a value that is not known before the update. */
export const UNKNOWN: unique symbol = Symbol('unknown')

/**
 * One place in a resource's properties: where it is, and what is there, which is UNKNOWN for a mark of Pulumi. Reading throws nothing,
 * whatever the data.
 */
export class Field {
  readonly value: unknown
  readonly #above: Field | undefined
  readonly #step: string | number
  /** Fields below that get() found before: eighty rules read the same few again and again. */
  #known: Field[] | undefined
  /** All fields below. */
  #below: Field[] | undefined
  /** This value and all below, by turns with the key of each. */
  #plain: unknown[] | undefined

  constructor(value: unknown, above?: Field, step: string | number = '') {
    this.value = unmarked(value)
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
    return Array.isArray(this.value) ? [] : this.#everything()
  }

  /** Whether the key is there at all, if only as null. */
  has(key: string): boolean {
    return isObject(this.value) && Object.hasOwn(this.value, key)
  }

  /** The elements of a list; an unknown list is one unknown element, anything else has none. */
  items(): Field[] {
    if (this.isUnknown) return [this]
    return Array.isArray(this.value) ? this.#everything() : []
  }

  /** Every field below this one and itself. Not recursive, so that no depth of data can exhaust the stack. */
  *walk(): Generator<Field> {
    const seen = new Set<unknown>()
    const open: Field[] = [this]
    for (let field = open.pop(); field !== undefined; field = open.pop()) {
      yield field
      if (seen.has(field.value)) continue
      const below = field.#everything()
      if (below.length > 0) seen.add(field.value)
      for (let index = below.length - 1; index >= 0; index--) open.push(below[index]!)
    }
  }

  /**
   * The fields at or below this one of which a key and a value fit; an element of a list has the key "". In most resources none does, so
   * the plain data is searched first: a field for each value would take longer than all rules.
   */
  fitting(fits: (key: string, value: unknown) => boolean): Field[] {
    const plain = (this.#plain ??= flattened(this.value))
    let at = 0
    while (at < plain.length && !fits(plain[at] as string, plain[at + 1])) at += 2
    if (at === plain.length) return []
    return [...this.walk()].filter((field) => fits(typeof field.#step === 'number' ? '' : field.#step, field.value))
  }

  /** The last step of the path, "" for the whole. */
  get key(): string {
    return String(this.#step)
  }

  #everything(): Field[] {
    const { value } = this
    if (!isObject(value)) return []
    this.#below ??= Array.isArray(value)
      ? Array.from(value, (element, index) => new Field(element, this, index))
      : Object.keys(value).map((key) => new Field((value as Record<string, unknown>)[key], this, key))
    return this.#below
  }

  #at(step: string): Field {
    this.#known ??= []
    // Few enough to be looked through; a Map for each object would be the largest part of all memory.
    for (const field of this.#known) if (field.#step === step) return field
    const field = new Field(this.#valueAt(step), this, step)
    this.#known.push(field)
    return field
  }

  #valueAt(step: string): unknown {
    const { value } = this
    if (!isObject(value) || Array.isArray(value)) return undefined
    return Object.hasOwn(value, step) ? (value as Record<string, unknown>)[step] : undefined
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

/** A text, number or boolean as text, "" for all else: String() throws for an object with a toString of its own. */
export function textOf(value: unknown): string {
  return ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : ''
}

/** UNKNOWN for a mark of Pulumi, as in a Field. */
export function unmarked(value: unknown): unknown {
  return typeof value === 'string' && value.length === MARK_LENGTH && UNKNOWNS.has(value) ? UNKNOWN : value
}

/** Key and value by turns, of the value and all below; an object that is there twice is entered once. */
function flattened(value: unknown): unknown[] {
  const flat: unknown[] = []
  const seen = new Set<object>()
  const open: object[] = []
  const enter = (key: string, found: unknown) => {
    flat.push(key, unmarked(found))
    if (isObject(found) && !seen.has(found)) {
      seen.add(found)
      open.push(found)
    }
  }
  enter('', value)
  for (let holder = open.pop(); holder !== undefined; holder = open.pop()) {
    if (Array.isArray(holder)) {
      for (const element of holder) enter('', element)
    } else {
      for (const key of Object.keys(holder)) enter(key, (holder as Record<string, unknown>)[key])
    }
  }
  return flat
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
