import assert from 'node:assert/strict'
import { attacks } from '../../proof/attacks/attacks.ts'
import { benchmark } from '../../proof/attacks/benchmark.ts'
import { accountAttacks } from '../../proof/attacks/account.ts'
import { noisyExec, noisyPods } from '../../proof/attacks/noisy.ts'
import { reach } from '../../proof/attacks/reach.ts'
import { escape, renderJunit } from '../../proof/isolation/junit.ts'
import { renderPage } from '../../proof/isolation/page.ts'
import { renderTable } from '../../proof/isolation/table.ts'
import { matchesGolden } from '../golden.ts'
import { bad, good } from './trials.ts'

const about = { tenant: 'paas-tenant-1', openNamespace: 'annex-proof-open', context: 'lab', node: 'vps-worker-1', when: '2026-01-02T03:04:05.000Z', seconds: 42, notes: ['A note with <b>.'] }
const lines = (text: string) => text.split('\n')

describe('the report of the attacks on a tenant', () => {
  it('is JUnit that counts faults as failures, and what is open as skipped with its reason', () => matchesGolden(lines(renderJunit([...good, ...bad], 42)), 'proof/goldens/junit.golden.json'))

  it('is a page that shows command, both outcomes and the verdict of each', () => matchesGolden(lines(renderPage([...good, ...bad], about)), 'proof/goldens/page.golden.json'))

  it('is a table for a terminal', () => matchesGolden(lines(renderTable([...good, ...bad])), 'proof/goldens/table.golden.json'))

  it('says at the top whether the tenant held', () => {
    assert.match(renderPage(good, about), /Every attack was refused/)
    assert.match(renderPage([...good, ...bad], about), /NOT PROVEN/)
  })

  it('loads nothing and runs nothing, whatever an attack answers', () => {
    const [first] = good
    const page = renderPage([{ ...first!, tenant: { outcome: 'refused', command: '<script>', answer: '<img src="https://example.org">' } }], about)
    assert.doesNotMatch(page, /<script|<img|<link|url\(/)
  })

  it('holds no character that XML cannot hold', () => {
    assert.equal(escape('\u0000\u001b[31m"<&>\ud83d\ude00\ud83d'), '\ufffd\ufffd[31m&quot;&lt;&amp;&gt;\ud83d\ude00\ufffd')
  })
})

describe('the attacks', () => {
  const all = [...attacks, ...accountAttacks, ...reach, ...noisyExec, ...noisyPods]

  it('have each an id of its own', () => {
    const ids = all.map(({ id }) => id)
    assert.deepEqual(ids.filter((id, i) => ids.indexOf(id) !== i), [])
  })

  it('are made on every control of the benchmark', () => {
    assert.deepEqual(benchmark.filter(({ id }) => !all.some((attack) => attack.id.startsWith(`${id}/`))).map(({ id }) => id), [])
  })
})
