/** The engine killed before every n-th of its commands: running again ends well, and removal leaves nothing. */
import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { everything } from './documents.ts'
import { bareHost, converge, difference, differences, host, remove, run, snapshot } from './lab-host.ts'

const section = 'cut'
/** Commands between two cuts; a prime, so that loops are not always cut at the same place. At this one the three tests take about 45 minutes. */
const stride = 47

describe(`the host engine on ${host}, cut`, function () {
  this.timeout(60 * 60_000)
  let found: string[]

  before(async () => {
    found = await bareHost()
  })

  afterEach(() => remove(section))

  it('continues a converge', () => atEveryCut(async (cut) => {
    const { code } = await run('converge', { section, items: everything } as object, cut)
    await converge(section, everything)
    assert.deepEqual(await differences(section, everything), [], `cut at ${cut}`)
    await remove(section)
    return code !== 0
  }))

  it('removes what a cut converge has left', () => atEveryCut(async (cut) => {
    const { code } = await run('converge', { section, items: everything } as object, cut)
    await remove(section)
    return code !== 0
  }))

  it('continues a removal', () => atEveryCut(async (cut) => {
    await converge(section, everything)
    const { code } = await run('remove', { section }, cut)
    await remove(section)
    return code !== 0
  }))

  /** Until a run was not cut any more, which shows that every place was met. */
  async function atEveryCut(attempt: (cut: number) => Promise<boolean>): Promise<void> {
    // Each run meets other places; which one it was, a failure says.
    for (let cut = 1 + randomInt(stride); await attempt(cut); cut += stride) {
      const left = difference(found, await snapshot())
      assert.ok(left.length === 0, `cut at ${cut}:\n${left.slice(0, 30).join('\n')}`)
    }
  }
})
