import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { parse, parseDocument } from 'yaml'
import { deeper } from '../../policies/inputs/deeper.ts'

/** A line of a text in quotes, without what ends or escapes it. */
const line = fc.stringMatching(/^[a-z#:,[\]{}&*!|>%@`-][a-z#:,[\]{}&*!|>%@` -]{0,8}$/).map((text) => text.trimEnd()).filter((text) => !/^(---|\.\.\.)/.test(text))

describe('lines that are not deep enough', () => {
  for (const quote of ['"', "'"]) {
    it(`are moved in texts within ${quote}, which stay what they are`, () => {
      fc.assert(fc.property(fc.array(line, { minLength: 2, maxLength: 5 }), fc.constantFrom('', '- ', '- c: '), fc.boolean(), (lines, before, inList) => {
        const text = (depth: string) => {
          const quoted = quote + lines.join(`\n${depth}`) + quote
          return `a:\n  ${before}b: ${inList ? `[${quoted}, {c: ${quoted}}]` : quoted}\nd: e\n`.replace('- c: b', '- b')
        }
        const strict = text(' '.repeat(12))
        assert.deepEqual(parse(deeper(text('  '))), parse(strict))
        assert.deepEqual(parse(deeper(text(''))), parse(strict))
        assert.equal(deeper(text('')).split('\n').length, strict.split('\n').length)
      }))
    })
  }

  it('are moved in collections within brackets', () => {
    for (const [text, value] of Object.entries({
      'a:\n  b: [\n  # c\n  "x", y\n  ]\n': { a: { b: ['x', 'y'] } },
      'a: {b: 1,\nc: 2}\nd: 3\n': { a: { b: 1, c: 2 }, d: 3 },
      'a: ["x\ny", "z\n\n w",\nq,\n{b: "c\nd"}]\ne: f\n': { a: ['x y', 'z\nw', 'q', { b: 'c d' }], e: 'f' },
    })) assert.deepEqual(parse(deeper(text)), value)
  })

  it('are left alone where there is another fault, or none', () => {
    for (const text of ['a: "x\nb: c\n', 'a: [b,\n', 'a: "b\n---\nc"\n', 'a: b: c\n', 'a:\n    b: 1\n  c: 2\n']) {
      assert.equal(deeper(text), text)
      assert.ok(parseDocument(text).errors.length > 0)
    }
    for (const file of globSync('test/components/tenant-placement/fixtures/*.yaml')) {
      const text = readFileSync(file, 'utf8')
      assert.equal(deeper(text), text, file)
    }
  })
})
