/** YAML as the Kubernetes tools read it: Go's reader for YAML 1.1 (sigs.k8s.io/yaml), which follows that standard in most, not in all. */
import { type Alias, type Document, isAlias, isMap, isScalar, isSeq, type Node, Scalar, type ScalarTag, type Tags, visit } from 'yaml'

/** Tags for the option `customTags` with `version: '1.1'`: times and sexagesimal numbers are text, numbers are Go's, and what is in base64 is text. */
export function asKubernetes(tags: Tags): Tags {
  return [goInteger, goFloat, binary, ...tags.filter((tag) => typeof tag !== 'object' || !/:(int|float|timestamp|binary|omap|pairs|set)$/.test(tag.tag))]
}

/** What resolve() of gopkg.in/yaml.v2 takes for a number: underscores count for nothing, but after a dot at the beginning. @returns undefined for a text */
function goNumber(text: string): number | undefined {
  const [, sign, digits] = /^([-+]?)(.*)$/.exec(text.startsWith('.') ? text : text.replaceAll('_', ''))!
  const value = wholeNumber(digits!) ?? (/^(\.[0-9]+|[0-9]+(\.[0-9]*)?)(e[-+]?[0-9]+)?$/i.test(digits!) ? Number(digits) : undefined)
  return value === undefined || !Number.isFinite(value) ? undefined : sign === '-' ? 0 - value : value
}

/** In hexadecimal, octal or binary, of at most 64 bits. */
function wholeNumber(digits: string): number | undefined {
  if (!/^0(x[0-9a-f]+|o?[0-7]+|b[01]+)$/i.test(digits)) return undefined
  const value = BigInt(digits.toLowerCase().replace(/^0(?=[0-7])/, '0o'))
  return value < 2n ** 64n ? Number(value) : undefined
}

const number = { default: true, test: /^[-+.0-9][-+.0-9A-Za-z_]*$/, resolve: (text: string) => goNumber(text) ?? text }
const goInteger: ScalarTag = { ...number, tag: 'tag:yaml.org,2002:int' }
const goFloat: ScalarTag = { ...number, tag: 'tag:yaml.org,2002:float' }

const binary: ScalarTag = {
  tag: 'tag:yaml.org,2002:binary',
  resolve(text, onError) {
    const bytes = Buffer.from(text, 'base64')
    if (bytes.toString('base64') !== text.replace(/[\r\n]/g, '')) onError('!!binary is no base64')
    return bytes.toString()
  },
}

/**
 * Whether a document holds a merge below keys that it has too: the YAML standard and the Kubernetes tools do not agree which of them holds. What readers may
 * see differently in a definition are words about its fields, as in charts of some operators: it makes nothing run.
 * @returns the place of the object in its text
 */
export function lateMerge(document: Document.Parsed): number | undefined {
  if (document.get('kind') === 'CustomResourceDefinition') return undefined
  const targets = targetsOf(document)
  let found: number | undefined
  visit(document, {
    Map(_, map) {
      const merge = map.items.findIndex(isMerge)
      if (merge <= 0) return
      const resolved = (node: unknown) => (isAlias(node) ? targets.get(node) : node)
      const source = resolved(map.items[merge]!.value)
      const sources = isSeq(source) ? source.items.map(resolved) : [source]
      const earlier = map.items.slice(0, merge).map(({ key }) => String(isScalar(key) ? key.value : key))
      if (sources.every((it) => isMap(it) && !it.items.some(isMerge) && !earlier.some((key) => it.has(key)))) return
      found = (map.range ?? [0])[0]
      return visit.BREAK
    },
  })
  return found
}

/** What each alias stands for, in one go: an alias alone would look through the whole document. */
function targetsOf(document: Document.Parsed): Map<Alias, Node> {
  const anchors = new Map<string, Node>()
  const targets = new Map<Alias, Node>()
  visit(document, {
    Value: (_, node) => { if (node.anchor !== undefined) anchors.set(node.anchor, node) },
    Alias: (_, alias) => { if (anchors.has(alias.source)) targets.set(alias, anchors.get(alias.source)!) },
  })
  return targets
}

/** In quotes it is a name like any other. */
export function isMerge({ key }: { key: unknown }): boolean {
  return isScalar(key) && key.type === Scalar.PLAIN && (key.value === '<<' || (typeof key.value === 'symbol' && key.value.description === '<<'))
}
