import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { type DocumentOptions, parseAllDocuments, stringify } from 'yaml'
import { placeObject } from '../../../components/tenant-placement/place-object.ts'
import { nodePoolPlacement } from '../../../components/tenant-placement/node-pools.ts'
import { tenantPlacement } from '../../../components/tenant-placement/place-pod.ts'
import { placeYaml, YamlFault } from '../../../components/tenant-placement/place-yaml.ts'

const versions: DocumentOptions['version'][] = ['1.1', '1.2']

function read(text: string, version: DocumentOptions['version']): unknown[] {
  return [...parseAllDocuments(text, { version, merge: true, uniqueKeys: false, logLevel: 'error' })].map((it) => it.toJS())
}

/** What is written says to a reader of either YAML what was there before, but for the placement. */
function keepsData(text: string): void {
  const placed = placeYaml(text, tenantPlacement)
  for (const version of versions) {
    const expected = read(text, version).map((object) => (object === null ? null : placeObject(object, tenantPlacement).object))
    assert.deepEqual(read(placed.text, version), expected, `YAML ${version}`)
  }
  assert.equal(placeYaml(placed.text, tenantPlacement).text, placed.text, 'placed twice')
}

const deployment = (inner: string) => `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec:\n  template:\n    spec:\n      containers: [{name: c}]\n${inner}`

describe('placeYaml', () => {
  for (const app of ['supabase', 'n8n', 'nocodb', 'cyclops']) {
    it(`keeps all data of ${app} in its order`, () => {
      keepsData(readFileSync(new URL(`fixtures/${app}.yaml`, import.meta.url), 'utf8'))
    })
  }

  const awkward: Record<string, string> = {
    'words that YAML 1.1 takes for something else': deployment('      x: [on, "on", yes, \'no\', y, 1e3, "1e3", 0644, "0644", 0o14, 1_000, 1:30, 2001-12-14, ~, null, .inf, 0x1F, +1, 12345678901234567890]\n      y: on\n      z:\n'),
    'block texts': deployment('      a: |\n        one\n\n          two   \n      b: |-\n        one\n      c: |+\n        one\n\n      d: >\n        folded\n        text\n\n        more\n          indented\n      e: >-\n        x\n      f: |2\n          leading\n'),
    'texts over several lines': deployment('      a: one\n        two\n      b: "one\n        two \\\n        three\\n"\n      c: \'it\'\'s\n\n        two\'\n'),
    'keys that are no plain words': deployment('      on: 2\n      0644: 3\n      ? complex\n      : 4\n      "": 5\n'),
    'anchors, aliases and merge keys': deployment('      a: &a {x: 0644, y: &b [on]}\n      c: {<<: *a, z: *b}\n      d: {<<: [{y: 1}, *a], x: "on"}\n'),
    'an aliased pod': 'apiVersion: v1\nkind: List\nitems:\n- &p {apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: c}]}}\n- *p\n',
    'two equal keys': deployment('      nodeSelector: {zone: a}\n      nodeSelector: {zone: b}\n'),
    'nulls for settings': deployment('      nodeSelector:\n      tolerations: ~\n      affinity: null\n'),
    'settings in another style': deployment('      nodeSelector: {"disk": "on", size: "1e3"}\n      tolerations: [{operator: Exists, effect: NoExecute}]\n      affinity:\n        nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: a, operator: In, values: ["0777", "yes"]}]}]}}\n'),
    JSON: `${JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', annotations: { a: '0644' } }, spec: { containers: [{ name: 'c' }] } }, null, 2)}\n`,
    'comments, empty documents and ends': `# first\n---\n# only a comment\n---\n---\n${deployment('')}...\n---\n${deployment('')}# last\n`,
    'text without a last line end': deployment('      a: b').trimEnd(),
    'Windows line ends': deployment('      a: b\n').replaceAll('\n', '\r\n'),
  }
  for (const [what, text] of Object.entries(awkward)) it(`keeps ${what}`, () => { keepsData(text) })

  it('keeps the text of a document that it does not change, and the comments of one that it does', () => {
    const service = 'apiVersion: v1   # odd\nkind:   Service\nmetadata: { name:   s }\n'
    const text = placeYaml(`${service}---\n# Source: d.yaml\n${deployment('      # why\n      dnsPolicy: Default # here\n')}`, tenantPlacement).text
    assert.ok(text.startsWith(`${service}---\n# Source: d.yaml\n`), text)
    assert.match(text, /# why\n {6}dnsPolicy: Default # here/)
  })

  it('keeps lists at the depth at which they were written', () => {
    const lines = (indent: string) => ['apiVersion: v1', 'kind: Pod', 'metadata:', '  name: a', 'spec:', '  containers:', `${indent}- name: c`, `${indent}  args:`, `${indent}  ${indent.slice(2)}- one`]
    for (const indent of ['  ', '    ']) {
      const text = `${lines(indent).join('\n')}\n`
      assert.ok(placeYaml(text, tenantPlacement).text.startsWith(text), text)
    }
  })

  it('keeps any string, whatever style it is written in', () => {
    const string = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constantFrom('on', '0644', '1e3', ' ', '\n', '#', '- a', 'a: b', '"', "'", '\ttab', 'null', '2001-01-01').chain((it) => fc.string({ maxLength: 3 }).map((end) => it + end)))
    const style = fc.constantFrom('PLAIN', 'QUOTE_DOUBLE', 'QUOTE_SINGLE', 'BLOCK_LITERAL', 'BLOCK_FOLDED') as fc.Arbitrary<'PLAIN'>
    // Without quotes << is no name, but merges what follows.
    const pod = fc.array(fc.tuple(string.filter((it) => it !== '<<'), string), { maxLength: 4 }).map((pairs) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', annotations: Object.fromEntries(pairs) }, spec: { containers: [] } }))
    fc.assert(fc.property(pod, style, (object, defaultStringType) => {
      keepsData(stringify(object, { version: '1.1', defaultStringType, defaultKeyType: 'PLAIN' }))
    }), { numRuns: 200 })
  }).timeout(120_000)

  it('takes a text in quotes and a list in brackets that go on no deeper than their key, as the Kubernetes tools do', () => {
    const placed = placeYaml('apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n  - name: c\n    args: [\n    "a\n    b"\n    ]\n', tenantPlacement)
    const strict = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containers: [{ name: 'c', args: ['a b'] }] } }
    for (const version of versions) assert.deepEqual(read(placed.text, version), [placeObject(strict, tenantPlacement).object])
  })

  it('takes a merge that says what it is', () => {
    const pod = (merge: string) => `apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nx: &x {priority: 1}\nspec:\n  ${merge}: *x\n  containers: []\n`
    const twice = (merge: string) => placeYaml(`# first\n${pod(merge)}---\n# second\n${pod(merge)}`, tenantPlacement).text
    assert.equal(twice('!!merge <<'), twice('<<'))
  })

  it('reads words and numbers as kubectl does, and writes none that others would take for a number', () => {
    const text = placeYaml(deployment('      nodeSelector: {family: e2, since: 2024-01-01, at: 12:30, dot: .}\n      tolerations: [{key: family, value: "e2"}]\n'), tenantPlacement).text
    assert.match(text, /nodeSelector: \{family: e2, since: 2024-01-01, at: 12:30, dot: \., paas-tier: tenant\}/)
    assert.match(text, /value: "e2"/)
    assert.equal(placeYaml(text, tenantPlacement).text, text)
  })

  it('puts a name in quotes that a reader of YAML would take for something else', () => {
    for (const name of ['true', 'false', 'yes', 'no', 'on', 'off', 'null', 'y', 'n', 'e2', '7']) assert.ok(placeYaml(deployment(''), nodePoolPlacement(name)).text.includes(`paas-pool: "${name}"`), name)
    assert.match(placeYaml(deployment(''), nodePoolPlacement('team-1')).text, /paas-pool: team-1\n/)
  })

  it('breaks no long line', () => {
    const text = deployment(`      command: [${Array(30).fill('argument').join(', ')}]\n      note: ${'word '.repeat(40)}end\n`)
    assert.ok(placeYaml(text, tenantPlacement).text.includes(`note: ${'word '.repeat(40)}end\n`))
  })

  it('takes no empty document for an object', () => {
    assert.equal(placeYaml(`---\n# nothing\n---\nnull\n---\n${deployment('')}`, tenantPlacement).documents.length, 1)
  })

  it('leaves JSON what kubectl reads as JSON', () => {
    const object = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', annotations: { a: '\u2028\u0007' } }, spec: { containers: [], tolerations: [{ key: 'a', value: '0644' }] } }
    for (const text of [JSON.stringify(object), JSON.stringify(object, null, 2)]) assert.deepEqual(JSON.parse(placeYaml(text, tenantPlacement).text), placeObject(object, tenantPlacement).object)
  })

  it('keeps what merges of merges bring, and what an anchor means where it is set again', () => {
    keepsData('apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Pod, metadata: {name: a}, spec: &a {affinity: {podAntiAffinity: {}}, nodeSelector: {disk: ssd}, tolerations: [{key: own}]}}\n- {apiVersion: v1, kind: Pod, metadata: {name: b}, spec: &b {<<: *a, priorityClassName: low}}\n- {apiVersion: v1, kind: Pod, metadata: {name: c}, spec: {<<: *b, priorityClassName: high}}\n')
    keepsData(deployment('      q: {"<<": text}\n'))
    keepsData(deployment('      m: &m {y: &q two}\n      z: &q three\n      s: *m\n      t: *q\n'))
  })

  it('refuses a merge that overrides keys before it for some readers only', () => {
    assert.throws(() => placeYaml(`x: &p {nodeName: evil}\n${deployment('      nodeName: ""\n      <<: *p\n')}`, tenantPlacement), /^Error: line \d+: the merge \(<<\) in this object comes after keys/)
  })

  it('says where a text is no YAML', () => {
    assert.throws(() => placeYaml('apiVersion: v1\nkind: [', tenantPlacement), (error) => error instanceof YamlFault && /^line 2, column/.test(error.message))
    assert.throws(() => placeYaml('a: *nowhere\n', tenantPlacement), YamlFault)
    assert.throws(() => placeYaml('kind: Pod\nmetadata: {{ .name }}\n', tenantPlacement), /^Error: line 2, column 12: a key must be text; it looks like a template/)
  })

  it('refuses aliases that stand for too much', () => {
    const bomb = ['a: &a [1,1,1,1,1,1,1,1,1,1]', ...'bcdefghi'.split('').map((name, i) => `${name}: &${name} [${Array(10).fill(`*${'abcdefgh'[i]}`).join(',')}]`)].join('\n')
    assert.throws(() => placeYaml(`${deployment('')}${bomb}\n`, tenantPlacement), YamlFault)
    assert.throws(() => placeYaml(`${deployment('')}a: &a {b: *a}\n`, tenantPlacement), YamlFault)
  })
})
