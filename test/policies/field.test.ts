import assert from 'node:assert/strict'
import { Field } from '../../policies/field.ts'

describe('policies: a field of a resource', () => {
  it('is called by the names on its way, but for what does not look like one and may be a secret', () => {
    const path = (name: string) => new Field({ data: [{ [name]: 1 }] }).get('data').items()[0]!.get(name).toString()
    assert.deepEqual(['key', 'app.kubernetes.io/name', 'hunter2 hunter2', 'x'.repeat(81)].map(path), ['data[0].key', 'data[0]["app.kubernetes.io/name"]', 'data[0]["(15 characters)"]', 'data[0]["(81 characters)"]'])
  })

  it('has below it what is in the data, and nothing that every object and list has', () => {
    for (const [value, name] of [[{}, 'constructor'], [{}, 'toString'], [['a'], 'length'], [['a'], '0']] as const) {
      assert.deepEqual([new Field(value).get(name).isAbsent, new Field({}).has(name)], [true, false], name)
    }
  })

  it('is walked through once, also where the data holds itself or the same many times', () => {
    const loop: Record<string, unknown> = { name: 'it' }
    loop['again'] = loop
    const walked = new Field(loop).walk()
    assert.deepEqual(Array.from({ length: 4 }, () => String(walked.next().value)), ['(the whole resource)', 'name', 'again', 'undefined'])
    const twice = Array(16).fill(0).reduce<unknown>((inner) => [inner, inner], 'end')
    let asked = 0
    new Field(twice).fitting(() => {
      asked += 1
      return false
    })
    assert.ok(asked < 50, `${asked}`)
  })
})
