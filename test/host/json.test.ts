/** The one way data takes between TypeScript and a bare host's shell. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import fc from 'fast-check'

const library = path.join(import.meta.dirname, '../../host/lib/json.sh')

// A string that bash can hold has no NUL, and one that JSON.stringify leaves alone has whole surrogate pairs.
const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' })).filter((it) => !it.includes('\0'))
const scalar = fc.oneof(text, fc.boolean(), fc.constant(null), fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }))
const document = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, scalar, tie('list'), tie('object')),
  list: fc.array(tie('value'), { maxLength: 4 }),
  object: fc.dictionary(text, tie('value'), { maxKeys: 4, noNullPrototype: true }),
})).object

describe('JSON on the host', function () {
  this.timeout(180_000)

  it('reads any document as JSON.parse does, pointer by pointer', () => {
    fc.assert(fc.property(document, fc.constantFrom(0, 2), (value, indent) => {
      const { status, stdout, stderr } = bash('json_flatten', JSON.stringify(value, null, indent))
      assert.equal(status, 0, stderr)
      assert.deepEqual(pairs(stdout), flatten(JSON.parse(JSON.stringify(value)), ''))
    }), { numRuns: 150 })
  })

  it('reads only what is asked for', () => {
    const node = { metadata: { name: 'a' }, status: { conditions: [{ type: 'Ready', status: 'True' }], conditionsOf: 1 } }
    assert.deepEqual(pairs(bash('json_flatten /status/conditions/', JSON.stringify(node)).stdout), [
      ['/status/conditions/0', '2'], ['/status/conditions/0#0', 'type'], ['/status/conditions/0#1', 'status'],
      ['/status/conditions/0/type', 'Ready'], ['/status/conditions/0/status', 'True'],
    ])
  })

  it('reads what other writers escape: surrogate pairs, slashes, control characters', () => {
    assert.deepEqual(pairs(bash('json_flatten', '{"a":"\\ud83d\\ude00\\/\\u0007\\b"}').stdout), [['#0', 'a'], ['/a', '😀/\u0007\b']])
  })

  it('bears a file of a megabyte, and one of a hundred thousand lines', () => {
    for (const content of ['x'.repeat(1 << 20), 'line\n'.repeat(100_000)]) {
      assert.equal(pairs(bash('json_flatten', JSON.stringify({ content })).stdout)[1]![1], content)
    }
  })

  it('refuses a document that was cut anywhere, and prints nothing of it', () => {
    const whole = JSON.stringify({ section: 'a', items: [{ kind: 'file', n: -1.5e3, content: 'é"\\\n', list: [true, null] }] })
    const script = 'read -r text; for ((i = 0; i < ${#text}; i++)); do json_flatten <<<"${text:0:i}" 2>/dev/null && echo "took $i characters"; done; json_flatten <<<"$text" | tr "\\0" " "'
    assert.match(bash(script, whole).stdout, /^#0 section /)
  })

  for (const wrong of ['{}x', '{"a":01}', '{"a":"\\u0000"}', '{"a":"\\ud800"}', '{"a" 1}', '[1,]', '{"a":nul}', '{"a":"line\nbreak"}', '']) {
    it(`refuses what is no JSON or no text for a shell: ${JSON.stringify(wrong)}`, () => {
      assert.notEqual(bash('json_flatten', wrong).status, 0)
    })
  }

  it('fails a run whose document did not arrive whole', () => {
    const { status, stdout } = bash('fail() { printf "%s" "$2"; exit 70; }; json_read; echo ran', '{"a":1')
    assert.equal(status, 70)
    assert.equal(stdout, 'the document did not arrive whole')
  })

  it('never runs what a document says, not even where it counts with it', () => {
    const value = { list: 'a[$(echo run >&2)]', '$(exit 1)': '`exit 1`', 'x]': '$(exit 1)' }
    const script = 'fail() { printf "refused: %s" "$2" >&2; exit 70; }; set -eu; json_read; doc "/x]"; for i in 1; do doc_list /list; done'
    const { status, stdout, stderr } = bash(script, JSON.stringify(value))
    assert.deepEqual({ status, stdout, stderr }, { status: 70, stdout: '$(exit 1)', stderr: 'refused: /list is no list' })
  })

  it('writes any text so that JSON.parse reads the same', () => {
    // "+" and "-" mean elements of a list there.
    const name = text.filter((it) => it !== '+' && it !== '-')
    fc.assert(fc.property(fc.array(fc.tuple(name, text), { minLength: 1, maxLength: 5 }), (members) => {
      const triples = members.flatMap(([key, value]) => [`/${token(key)}`, 's', value])
      const { stdout } = bash('json_build', triples.map((it) => `${it}\0`).join(''))
      assert.deepEqual(JSON.parse(stdout), Object.fromEntries(members))
    }), { numRuns: 100 })
  })

  it('writes lists of objects, numbers, booleans and what is empty', () => {
    const triples = ['/list/+/n', 'n', '5', '/list/-/b', 'b', 'true', '/list/+/s', 's', 'x', '/none', 'a', '', '/nothing', 'o', '', '/bad', 'n', '$(x)']
    const { stdout } = bash('json_build', triples.map((it) => `${it}\0`).join(''))
    assert.deepEqual(JSON.parse(stdout), { list: [{ n: 5, b: true }, { s: 'x' }], none: [], nothing: {}, bad: '$(x)' })
  })
})

function bash(script: string, input: string | Buffer) {
  return spawnSync('bash', ['-c', `. "$0"; ${script}`, library], { input, encoding: 'utf8', maxBuffer: 1 << 26 })
}

function pairs(flat: string): [string, string][] {
  const parts = flat.split('\0').slice(0, -1)
  return Array.from({ length: parts.length / 2 }, (_, i) => [parts[2 * i]!, parts[2 * i + 1]!])
}

function token(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1').replaceAll('#', '~2')
}

/** What json_flatten is to print, by definition. */
function flatten(value: unknown, pointer: string): [string, string][] {
  if (Array.isArray(value)) return [...own(pointer, value.length), ...value.flatMap((it, i) => flatten(it, `${pointer}/${i}`))]
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value)
    return [
      ...own(pointer, members.length),
      ...members.map(([name], i): [string, string] => [`${pointer}#${i}`, name]),
      ...members.flatMap(([name, it]) => flatten(it, `${pointer}/${token(name)}`)),
    ]
  }
  return [[pointer, typeof value === 'string' ? value : JSON.stringify(value)]]
}

function own(pointer: string, length: number): [string, string][] {
  return pointer === '' ? [] : [[pointer, String(length)]]
}
