import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { type Document, parseDocument } from 'yaml'
import { asKubernetes, lateMerge } from '../../policies/inputs/kubernetes-yaml.ts'
import { toolPath } from '../../tools/tools.ts'
import { cpuSeconds } from '../cpu-seconds.ts'

const document = (text: string) => parseDocument(text, { version: '1.1', customTags: asKubernetes, stringKeys: true, logLevel: 'silent' })
/** The data of a ControllerRevision may be anything. */
const revision = (values: string[]) => `apiVersion: apps/v1\nkind: ControllerRevision\nmetadata: {name: a}\nrevision: 1\ndata:\n  values:\n${values.map((value) => `  - ${value}\n`).join('')}`

function kubectl(values: string[]): unknown[] {
  const said = execFileSync(toolPath('kubectl'), ['patch', '--local', '-f', '-', '--type', 'merge', '-p', '{"revision":1}', '-o', 'json'], { encoding: 'utf8', input: revision(values) })
  return (JSON.parse(said) as { data: { values: unknown[] } }).data.values
}

function agrees(values: string[]): void {
  const read = (document(revision(values)).toJS() as { data: { values: unknown[] } }).data.values
  const said = kubectl(values)
  // Minus nothing is nothing.
  values.forEach((value, i) => assert.equal(JSON.stringify(read[i]), JSON.stringify(said[i]), value))
}

describe('YAML, read as kubectl reads it', () => {
  it('is looked through once, however many merges there are', () => {
    const text = `x: &x {a: 1}\n${Array.from({ length: 4000 }, (_, i) => `k${i}: {b: 2, <<: *x}\n`).join('')}`
    const parsed = document(text) as Document.Parsed
    assert.ok(cpuSeconds(() => assert.equal(lateMerge(parsed), undefined)) < 2, 'quadratic takes half a minute')
  })

  it('takes for a number what kubectl does, and for text what it does', () => {
    agrees([
      'e2', 'e10', 'E7', '.', '-.', '0_', '+0_', '0__', '_1', '0755', '08', '0x1F', '0X1f', '0x', '0o17', '-0o17', '0O17', '0b11', '0b2', '-0B11', '1_000', '12345678901234567890', '+1', '1e3', '1e', '1.5e+3',
      '.5', '._5', '5.', '+.5', '1__0.5', '1.2.3', '12:30', '1:30:00', '2024-01-01', '2001-12-14t21:59:43.10-05:00', '0644', 'on', 'y', '~', 'null', '"e2"', "'0_'", '!!binary aGk=', '!!str 5', '!!float 5', '!!int 0x1F',
      '0x742d35Cc6634C0532925a3b844Bc454e4438f44e', '0xFFFFFFFFFFFFFFFF', '0777777777777777777777777', '0o7777777777777777777777777',
    ])
  })

  it('agrees with kubectl on whatever looks like a number', () => {
    const part = fc.constantFrom(...'+-.0123789eExXoObBaf_'.split(''))
    agrees(fc.sample(fc.string({ unit: part, minLength: 1, maxLength: 6 }).filter((it) => it !== '-' && !/^(?:-+|\.{3})$/.test(it)), { numRuns: 2000, seed: 1 }))
  })

  it('refuses base64 that is none', () => {
    assert.match(document('a: !!binary "?"').errors.join(), /no base64/)
  })

  it('tells of a merge below keys that it overrides for some readers only', () => {
    const late = (text: string) => lateMerge(document(text) as Document.Parsed)
    assert.equal(late('x: &x {a: 1}\ny: {<<: *x, a: 2}\n'), undefined)
    assert.equal(late('x: &x {a: 1}\nz: &z {c: 1}\ny: {b: 2, <<: [*x, *z]}\n'), undefined)
    assert.equal(late('{z: "1", "<<": hello}'), undefined)
    assert.equal(late('kind: CustomResourceDefinition\nx: &x {a: 1}\ny: {a: 2, <<: *x}\n'), undefined)
    assert.equal(late('x: &x {a: 1}\ny: {a: 2, <<: *x}\n'), 'x: &x {a: 1}\ny: '.length)
    assert.equal(late('x: &x {a: 1}\nz: &z {c: 1}\ny: {c: 2, <<: [*x, *z]}\n'), 'x: &x {a: 1}\nz: &z {c: 1}\ny: '.length)
  })
})
