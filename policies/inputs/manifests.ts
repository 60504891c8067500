import { type Document, LineCounter, type ParsedNode, parseDocument, parseAllDocuments } from 'yaml'
import { Field, UNKNOWN } from '../field.ts'
import type { Resource } from '../rule.ts'
import { deeper } from './deeper.ts'
import { firstFault, templateHint } from './faults.ts'
import { asKubernetes, lateMerge } from './kubernetes-yaml.ts'

/** Why an input cannot be judged, in words that quote nothing of it. */
export class Unreadable extends Error {}

/**
 * The objects of a file of Kubernetes manifests: several documents, each an object or a list of them. Empty documents are none.
 * YAML is read as the Kubernetes tools read it (YAML 1.1: `yes` is true, `<<` merges); keys that are there twice are refused.
 * @param json the same text, already parsed, where it is JSON
 * @throws Unreadable for what is no YAML, and for a document that is no Kubernetes object
 */
export function* readManifests(text: string, file: string, json?: unknown): Generator<Resource> {
  if (json !== undefined) {
    yield* resourcesOf(json, { file, line: () => 1 }, 'the document')
    return
  }
  const broken = OTHER_BREAK.exec(text)
  if (broken !== null) throw new Unreadable(`line ${text.slice(0, broken.index).split('\n').length} holds a line break that not all readers take for one (a lone CR, or one of Unicode); take it out`)
  let count = 0
  // Of files that were put together; the Kubernetes tools skip it.
  for (const part of documentsIn(text.replace(/^\ufeff/gm, ''))) {
    count++
    const value = valueOf(part)
    if (value !== null) yield* resourcesOf(value, { file, line: (steps) => lineOf(part, steps) }, `document ${count}`)
  }
}

/** Line breaks to YAML 1.1 and so to the Kubernetes tools, and none to YAML 1.2: they may end a comment, unseen. */
const OTHER_BREAK = /\r(?!\n)|[\u0085\u2028\u2029]/

type Place = Extract<Resource['origin'], { file: string }>

/** A document of a file: its text, and how many lines are above it. */
interface Part {
  text: string
  above: number
}

const BEGINNING = /^---(?=\s|$)/gm

/**
 * Documents are cut apart before they are parsed, so that a file of any length takes the memory of its largest document.
 * What only a parser can tell apart (directives, "...") is left in one piece.
 */
function* documentsIn(text: string): Generator<Part> {
  if (/^(%|\.\.\.)/m.test(text)) {
    const lines = new LineCounter()
    const all = parseAllDocuments(text, { ...OPTIONS, lineCounter: lines })
    for (const document of Array.isArray(all) ? all : []) {
      const start = document.range[0]
      yield { text: text.slice(start, document.range[2]), above: lines.linePos(start).line - 1 }
    }
    return
  }
  let [start, above] = [0, 0]
  for (const { index } of [...text.matchAll(BEGINNING), { index: text.length }]) {
    const part = text.slice(start, index)
    if (part !== '') yield { text: part, above }
    above += part.split('\n').length - 1
    start = index
  }
}

const OPTIONS = { version: '1.1', customTags: asKubernetes, stringKeys: true, logLevel: 'silent', prettyErrors: true } as const

/** More uses of anchors than a person writes, fewer than a bomb needs. */
const MOST_ALIASES = 10_000

/** The document's value, null where it is empty. */
function valueOf(part: Part): unknown {
  const document = documentOf(part)
  const { text, above } = part
  const error = firstFault(document, text)
  if (error !== undefined) throw new Unreadable(`line ${above + (error.linePos?.[0].line ?? 1)} is no valid YAML (${error.code})${templateHint(text)}`)
  refuseLateMerges(document, above, text)
  try {
    return document.toJS({ maxAliasCount: MOST_ALIASES })
  } catch {
    throw new Unreadable(`the document at line ${above + 1} uses an anchor that is not there, or far too many`)
  }
}

/** As the Kubernetes tools read it, who are not strict everywhere; the part's text becomes one that is. */
function documentOf(part: Part): Document.Parsed {
  const document = parseDocument(part.text, OPTIONS)
  if (firstFault(document, part.text) === undefined) return document
  const text = deeper(part.text)
  const again = parseDocument(text, OPTIONS)
  if (firstFault(again, text) !== undefined) return document
  part.text = text
  return again
}

function refuseLateMerges(document: Document.Parsed, above: number, text: string): void {
  if (!text.includes('<<')) return
  const at = lateMerge(document)
  if (at !== undefined) throw new Unreadable(`the merge (<<) in the object at line ${above + text.slice(0, at).split('\n').length} comes after keys that it overrides for some readers only; put it first`)
}

function* resourcesOf(value: unknown, origin: Place, what: string): Generator<Resource> {
  if (Array.isArray(value)) {
    for (const element of value) yield* resourcesOf(element, origin, `an element of ${what}`)
    return
  }
  if (typeof value !== 'object' || value === null) throw new Unreadable(`${what} is no Kubernetes object`)
  const properties = new Field(value)
  if (properties.fitting((_, found) => found === UNKNOWN).length > 0) throw new Unreadable(`${what} holds the mark of a value that Pulumi does not know yet, which no Kubernetes object has`)
  const kind = properties.get('kind').value
  if (typeof kind !== 'string' || kind === '') throw new Unreadable(`${what} has no kind, so it is no Kubernetes object`)
  const items = properties.get('items').value
  if (isList(kind, items)) {
    yield* itemsOf(properties, kind, items, origin)
    return
  }
  yield resourceAt(properties, kind, properties.get('apiVersion').value, origin)
}

/** Each item is a resource of its own, found under its place in the list. Lists in lists too. */
function* itemsOf(list: Field, kind: string, items: unknown[], origin: Place): Generator<Resource> {
  const own = list.get('apiVersion').value
  for (const [index, item] of items.entries()) {
    if (item === null) continue
    if (typeof item !== 'object' || Array.isArray(item)) throw new Unreadable(`item ${index + 1} of a list is no Kubernetes object`)
    const properties = new Field(item)
    const itemKind = properties.get('kind').value ?? (kind === 'List' ? undefined : kind.slice(0, -'List'.length))
    if (typeof itemKind !== 'string' || itemKind === '') throw new Unreadable(`item ${index + 1} of a list has no kind, so it is no Kubernetes object`)
    const within = { file: origin.file, line: (steps: readonly (string | number)[]) => origin.line(['items', index, ...steps]) }
    const below = properties.get('items').value
    if (isList(itemKind, below)) yield* itemsOf(properties, itemKind, below, within)
    else yield resourceAt(properties, itemKind, properties.get('apiVersion').value ?? own, within)
  }
}

/** Custom resources may be called a list, and have items of any kind. */
function isList(kind: string, items: unknown): items is unknown[] {
  return Array.isArray(items) && (kind === 'List' || (kind.endsWith('List') && items.every((item) => typeof item === 'object')))
}

function resourceAt(properties: Field, kind: string, apiVersion: unknown, origin: Resource['origin']): Resource {
  const [namespace, name] = ['namespace', 'name'].map((key) => properties.get('metadata', key).value)
  const version = typeof apiVersion === 'string' ? apiVersion : ''
  return {
    type: `kubernetes:${version === '' ? '' : word(version.includes('/') ? version : `core/${version}`)}:${word(kind)}`,
    // Roles are often called `team:reader`.
    name: [namespace, name ?? properties.get('metadata', 'generateName').value ?? '(unnamed)'].filter((part) => part !== undefined && part !== null).map((part) => word(part, NAME)).join('/'),
    properties,
    origin,
  }
}

const NAME = /^[\w.:/()-]{1,253}$/

/** Names and kinds are shown; what does not look like one may be anything, a secret too. */
function word(text: unknown, shown = /^[\w./()-]{1,253}$/): string {
  return typeof text === 'string' && shown.test(text) ? text : `(${String(text).length} characters)`
}

const parsed = new WeakMap<Part, { document: Document.Parsed; lines: LineCounter }>()

/** The line of a field, or of the nearest field above it that is there. The text is parsed again, for findings only. */
function lineOf(part: Part, steps: readonly (string | number)[]): number {
  let it = parsed.get(part)
  if (it === undefined) {
    const lines = new LineCounter()
    parsed.set(part, (it = { document: parseDocument(part.text, { ...OPTIONS, lineCounter: lines }), lines }))
  }
  for (let length = steps.length; length >= 0; length--) {
    const node = length === 0 ? it.document.contents : it.document.getIn(steps.slice(0, length), true)
    const range = (node as ParsedNode | undefined)?.range
    if (range) return part.above + it.lines.linePos(range[0]).line
  }
  return part.above + 1
}
