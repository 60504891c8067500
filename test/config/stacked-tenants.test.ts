import assert from 'node:assert/strict'
import fc from 'fast-check'
import { assignStacks, fillInStacks, readTenants, stackName, tenantsPerStack } from '../../config/stacked-tenants.ts'

/** How a tenant may be written. */
const styles = [
  (name: string) => `- {name: ${name}, group: 'annex:${name}'}   # {in one line}\n`,
  (name: string) => `- name: ${name}   # its name\n  group: annex:${name}\n  quota:\n    cpu: '4'\n`,
  (name: string) => `\n# ${name}\n-   group: annex:${name}\n\n    name: ${name}\n`,
  (name: string) => `-\n  "name": ${name}\n  group: >-\n    annex:${name}\n`,
]
type Change = { add: number; at: number; style: number } | { remove: number } | { order: number[] } | { edit: number }
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ add: fc.integer({ min: 1, max: 40 }), at: fc.nat(100), style: fc.nat(styles.length - 1) }),
  fc.record({ remove: fc.nat(100) }),
  fc.record({ order: fc.array(fc.nat(1000), { minLength: 5, maxLength: 5 }) }),
  fc.record({ edit: fc.nat(100) }),
)

/** The file as its entries, each a text. A person moves them about as they are. */
class File {
  entries: string[] = []
  #count = 0

  apply(it: Change): void {
    const at = (index: number) => (this.entries.length === 0 ? 0 : index % this.entries.length)
    if ('add' in it) this.entries.splice(at(it.at), 0, ...Array.from({ length: it.add }, () => styles[it.style]!(`t${this.#count++}`)))
    else if ('remove' in it) this.entries.splice(at(it.remove), 1)
    else if ('order' in it) this.entries = this.entries.toSorted((a, b) => rank(a, it.order) - rank(b, it.order))
    else if (this.entries.length > 0) this.entries[at(it.edit)] += `${' '.repeat(4)}# changed\n`
  }
}
const rank = (text: string, seeds: number[]) => [...text].reduce((sum, letter, i) => (sum * 31 + letter.charCodeAt(0) * seeds[i % seeds.length]!) % 9973, 7)
const stacksOf = (text: string) => new Map(readTenants(text, 'f').entries.map(({ tenant, stack }) => [(tenant as { name: string }).name, stack as number]))

describe('tenants in stacks of their own', () => {
  it('never change their stack, whoever comes, goes, is edited or changes places', () => {
    fc.assert(fc.property(fc.array(change, { maxLength: 12 }), (changes) => {
      const file = new File()
      let before = new Map<string, number>()
      for (const it of changes) {
        file.apply(it)
        // Each entry gets its line where it stands, so that the next change moves it along.
        const text = file.entries.join('')
        const filled = fillInStacks(text)
        file.entries = split(filled, file.entries)
        const now = stacksOf(filled)
        assert.equal(now.size, file.entries.length)
        for (const [name, stack] of now) {
          assert.ok(Number.isInteger(stack) && stack >= 1, `${name}: ${stack}`)
          if (before.has(name)) assert.equal(stack, before.get(name), `${name} moved`)
        }
        const sizes = Map.groupBy(now.values(), (stack) => stack)
        for (const [stack, { length }] of sizes) assert.ok(length <= tenantsPerStack, `stack ${stack} has ${length}`)
        before = now
      }
    }), { numRuns: 40 })
  })

  it('get the line and nothing else: every other character of the file stays', () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.nat(styles.length - 1), fc.boolean()), { maxLength: 60 }), (list) => {
      const text = `# ours\n${list.map(([style], i) => styles[style]!(`t${i}`)).join('')}`
      const filled = fillInStacks(text)
      assert.equal(filled.replace(/stack: \d+(, |\n *)/g, ''), text)
      assert.equal(fillInStacks(filled), filled)
      assert.deepEqual(readTenants(filled, 'f').entries.map(({ tenant }) => tenant), readTenants(text, 'f').entries.map(({ tenant }) => tenant))
    }), { numRuns: 100 })
  })

  it('are never moved to make room or to fill it', () => {
    const stacks = fc.array(fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined, freq: 3 }), { maxLength: 120 })
    fc.assert(fc.property(stacks, (own) => {
      const assigned = assignStacks(own)
      own.forEach((stack, i) => assert.equal(assigned[i], stack ?? assigned[i]))
      // A new tenant goes nowhere past a stack with room.
      const count = (stack: number) => assigned.filter((it) => it === stack).length
      own.forEach((stack, i) => {
        if (stack !== undefined) return
        for (let before = 1; before < assigned[i]!; before++) assert.ok(count(before) >= tenantsPerStack)
      })
    }))
  })

  it('take the first place that is free, so that who is gone makes room', () => {
    assert.deepEqual(assignStacks(Array(60).fill(undefined)), [...Array(25).fill(1), ...Array(25).fill(2), ...Array(10).fill(3)])
    const gone = [...Array(24).fill(1), ...Array(25).fill(2), 3]
    assert.deepEqual(assignStacks([...gone, undefined, undefined]), [...gone, 1, 3])
    assert.deepEqual(assignStacks([7, undefined]), [7, 1])
  })

  it('stay where they are in a stack that two branches have filled', () => {
    const over = [...Array(27).fill(1), undefined]
    assert.deepEqual(assignStacks(over), [...Array(27).fill(1), 2])
  })

  it('may share what they have in common', () => {
    const text = "- &first {name: a, group: g, quota: &small {cpu: '1'}}\n- {name: b, group: h, quota: *small}\n- <<: *first\n  name: c\n"
    assert.equal(fillInStacks(text), "- &first {stack: 1, name: a, group: g, quota: &small {cpu: '1'}}\n- {stack: 1, name: b, group: h, quota: *small}\n- stack: 1\n  <<: *first\n  name: c\n")
    assert.deepEqual(readTenants(text, 'f').entries.map(({ tenant }) => tenant), [{ name: 'a', group: 'g', quota: { cpu: '1' } }, { name: 'b', group: 'h', quota: { cpu: '1' } }, { name: 'c', group: 'g', quota: { cpu: '1' } }])
  })

  it('stay as they are where they begin with a key that is no word: a line before it would break the file', () => {
    assert.equal(fillInStacks('- ? [name]\n  : a\n- name: b\n'), '- ? [name]\n  : a\n- stack: 1\n  name: b\n')
    assert.equal(fillInStacks('- ? {name: a}\n  : b\n'), '- ? {name: a}\n  : b\n')
  })

  it('are named by line and name', () => {
    assert.deepEqual(readTenants('# ours\n\n- {name: a}\n- group: b\n', 'tenants/prod.yaml').entries.map(({ label }) => label), ['tenants/prod.yaml:3 a', 'tenants/prod.yaml:4 (no name)'])
    assert.equal(stackName('prod', 7), 'prod-07')
  })
})

/** The filled text cut where the entries were: each begins with its own words, before which the line came. */
function split(filled: string, entries: string[]): string[] {
  const starts = [...filled.matchAll(/^-/gm)].map(({ index }) => index)
  assert.equal(starts.length, entries.length)
  // What stands before an entry's dash (a comment, an empty line) is its own.
  let from = 0
  return entries.map((entry, i) => {
    const lead = entry.indexOf('-\n') === 0 ? 0 : entry.search(/^-/m)
    const end = i + 1 < entries.length ? starts[i + 1]! - entries[i + 1]!.search(/^-/m) : filled.length
    const cut = filled.slice(from, end)
    assert.ok(lead >= 0 && cut.length >= entry.length)
    from = end
    return cut
  })
}
