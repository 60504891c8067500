/** Places the pods in a stream of YAML documents. What is not about placement keeps its text, so that no value can change its type. */
import { isDeepStrictEqual } from 'node:util'
import { Composer, CST, Document, isMap, isScalar, LineCounter, type Pair, Parser, Scalar, type ScalarTag, visit, YAMLMap, YAMLSeq } from 'yaml'
import { deeper } from '../../policies/inputs/deeper.ts'
import { firstFault, templateHint } from '../../policies/inputs/faults.ts'
import { asKubernetes, isMerge, lateMerge } from '../../policies/inputs/kubernetes-yaml.ts'
import { changes } from './changes.ts'
import { placeObject, type Result } from './place-object.ts'
import type { Placement } from './place-pod.ts'
import { isPlain } from './plain.ts'
import { type Workload, workloads } from './workloads.ts'

export interface PlacedStream {
  /** The documents in their order; those without a change with their text as it was. */
  text: string
  documents: PlacedDocument[]
}

/** The object of one document; a list has a result for each of its items. */
export interface PlacedDocument { before: unknown; after: unknown; results: Result[] }

/** The text is no YAML; the message says where. */
export class YamlFault extends Error {}

/** @throws YamlFault */
export function placeYaml(text: string, placement: Placement, table: readonly Workload[] = workloads): PlacedStream {
  try {
    return placeStrictYaml(text, placement, table)
  } catch (fault) {
    const moved = fault instanceof YamlFault ? deeper(text) : text
    if (moved === text) throw fault
    return placeStrictYaml(moved, placement, table)
  }
}

function placeStrictYaml(text: string, placement: Placement, table: readonly Workload[]): PlacedStream {
  const lines = new LineCounter()
  const stream: PlacedStream = { text: '', documents: [] }
  for (const token of new Parser(lines.addNewLine).parse(text)) {
    const source = CST.stringify(token as CST.Token)
    const value = token.type === 'document' ? read(token, text, lines) : undefined
    if (value === undefined || value === null) {
      stream.text += source
      continue
    }
    const { object, results } = placeObject(value, placement, table)
    stream.text += isDeepStrictEqual(object, value) ? source : edited(token as CST.Document, value, object, isJson(source))
    stream.documents.push({ before: value, after: object, results })
  }
  return stream
}

/** As kubectl reads it: of two equal keys the last. */
function read(token: CST.Document, text: string, lines: LineCounter): unknown {
  const [document] = new Composer({ version: '1.1', customTags: asKubernetes, uniqueKeys: false, stringKeys: true }).compose([token], true, token.offset)
  const error = firstFault(document!, text)
  if (error !== undefined) {
    const { line, col } = lines.linePos(error.pos[0])
    throw new YamlFault(`line ${line}, column ${col}: ${error.code === 'NON_STRING_KEY' ? 'a key must be text' : error.message}${templateHint(CST.stringify(token))}`)
  }
  const late = lateMerge(document!)
  if (late !== undefined) throw new YamlFault(`line ${lines.linePos(late).line}: the merge (<<) in this object comes after keys that it overrides for some readers only: put it first`)
  try {
    const value: unknown = document!.toJS()
    // An alias inside its own anchor would make a value without an end; JSON has none either.
    JSON.stringify(value)
    return value
  } catch (fault) {
    throw new YamlFault(`line ${lines.linePos(token.offset).line}: ${(fault as Error).message}`)
  }
}

const string = new Document(null, { schema: 'failsafe' }).schema.tags.find(({ tag }) => tag === 'tag:yaml.org,2002:str') as ScalarTag

/** A plain scalar is its text, whatever a reader makes of it: `on`, 0644 and 1e3 come out as they went in. */
const asWritten: ScalarTag = {
  ...string,
  stringify: (item, ...context) => (item.type === 'PLAIN' && item.source !== undefined ? item.source : string.stringify!(item, ...context)),
}

/** kubectl reads what begins with a brace as JSON, where all text is in quotes. */
function isJson(source: string): boolean {
  try {
    JSON.parse(source)
    return true
  } catch {
    return false
  }
}

function edited(token: CST.Document, before: unknown, after: unknown, json: boolean): string {
  const [document] = new Composer({ schema: 'failsafe', uniqueKeys: false, customTags: ['map', 'seq', asWritten] }).compose([token], true, token.offset)
  expand(document!)
  for (const { path, value } of changes(before, after)) document!.setIn(json ? path.map((key) => nodeOf(key, json)) : path, nodeOf(value, json))
  const text = document!.toString({ lineWidth: 0, doubleQuotedAsJSON: json, blockQuote: 'literal', flowCollectionPadding: false, indentSeq: indentsLists(token.value) })
  return text.endsWith('\n') ? text : `${text}\n`
}

/** Whether lists under a key are indented, as in the first one of the text, so that a diff shows what placement changed and nothing else. */
function indentsLists(token: CST.Token | undefined | null): boolean {
  const first = (it: CST.Token | undefined | null): boolean | undefined => {
    if (it?.type !== 'block-map' && it?.type !== 'block-seq') return undefined
    for (const { value } of it.items) {
      if (it.type === 'block-map' && value?.type === 'block-seq') return value.indent > it.indent
      const inner = first(value)
      if (inner !== undefined) return inner
    }
    return undefined
  }
  return first(token) ?? true
}

/** Most nodes that the aliases of one document may stand for. */
const expandedNodes = 100_000

/** Writes out aliases and merge keys, and leaves of equal keys the last, so that each value has one place. */
function expand(document: Document): void {
  let nodes = 0
  visit(document, {
    Alias: (_, alias) => {
      const node = alias.resolve(document) ?? new Scalar(null)
      visit(node, () => { nodes += 1 })
      if (nodes > expandedNodes) throw new YamlFault(`its aliases stand for more than ${expandedNodes} values: write them out`)
      const clone = node.clone() as YAMLMap | YAMLSeq | Scalar
      // Further aliases mean the anchor that they come after.
      visit(clone, { Node: (_key, inner) => { if ('anchor' in inner) inner.anchor = undefined } })
      return clone
    },
  })
  visit(document, {
    Map: (_, map) => {
      const pairs = [...new Map(pairsOf(map).map((pair) => [keyOf(pair.key), pair])).values()]
      if (pairs.length < map.items.length || map.items.some(isMerge)) map.items = pairs
    },
  })
}

/** Those of merged mappings first, whose own merges come before them, and of several merged ones the first last: it holds. */
function pairsOf(map: YAMLMap): Pair[] {
  const sources = map.items.filter(isMerge).flatMap(({ value }) => (isMap(value) ? [value] : value instanceof YAMLSeq ? value.items.filter(isMap) : []))
  return [...sources.reverse().flatMap(pairsOf), ...map.items.filter((pair) => !isMerge(pair))]
}

/** A merge that says what it is (!!merge <<) has a symbol for its key. */
function keyOf(key: unknown): unknown {
  const value = isScalar(key) ? key.value : key
  return typeof value === 'symbol' ? value.description : value
}

/** Words that no YAML reader takes for anything but a string; to some e2 is a number. */
const plainWord = /^(?!(?:true|false|yes|no|on|off|null|y|n|e\d+)$)[a-z][a-z0-9./-]*$/i

function nodeOf(value: unknown, json: boolean): YAMLMap | YAMLSeq | Scalar {
  if (Array.isArray(value)) {
    const list = new YAMLSeq()
    list.items = value.map((item) => nodeOf(item, json))
    return list
  }
  if (isPlain(value)) {
    const map = new YAMLMap()
    for (const [key, inner] of Object.entries(value)) if (inner !== undefined) map.add({ key: nodeOf(key, json), value: nodeOf(inner, json) })
    return map
  }
  const scalar = new Scalar(String(value))
  scalar.type = typeof value !== 'string' || (!json && plainWord.test(value)) ? 'PLAIN' : 'QUOTE_DOUBLE'
  if (scalar.type === 'PLAIN') scalar.source = String(value)
  return scalar
}
