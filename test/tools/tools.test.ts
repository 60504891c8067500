import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'
import { isComplete, setFolder } from '../../tools/cache.ts'
import type { Progress } from '../../tools/progress.ts'
import { type ToolSet, toolSets } from '../../tools/table.ts'
import { ensureSets, ensureTools, toolPath } from '../../tools/tools.ts'
import { place, temporaryFolder } from './place.ts'

/** The smallest set, which Go builds in a second or two. */
const pause = toolSets.find(({ name }) => name === 'pause')!

describe('the tools', function () {
  this.timeout(120_000)
  const cacheBefore = process.env.ANNEX_CACHE
  beforeEach(() => (process.env.ANNEX_CACHE = temporaryFolder()))
  after(() => {
    if (cacheBefore === undefined) delete process.env.ANNEX_CACHE
    else process.env.ANNEX_CACHE = cacheBefore
  })

  it('are built from their Go modules into an empty cache, and found there the next time', async () => {
    const { progress, said } = listen()
    await ensureSets([pause], progress)
    assert.match(said(), /pause 3.10.1: built in/)
    assert.ok(existsSync(toolPath('pause')))
    const again = listen()
    await ensureSets([pause], again.progress)
    assert.equal(again.said(), '')
  })

  it('come from the official place when the checksum fits', async () => {
    const archive = await archiveWith('pause-1/bin/pause', 'the official one')
    const { url } = await place((_, response) => response.end(archive))
    const { progress, said } = listen()
    await ensureSets([downloadable(url, sha256(archive))], progress)
    assert.match(said(), /downloaded, checksum fits/)
    assert.equal(readFileSync(toolPath('pause'), 'utf8'), 'the official one')
    assert.deepEqual(readdirSync(setFolder(pause)).sort(), ['.done', 'bin'])
  })

  it('with a wrong checksum are never used: they are built instead, and that is said', async () => {
    const archive = await archiveWith('pause-1/bin/pause', 'not the official one')
    const { url } = await place((_, response) => response.end(archive))
    const { progress, said } = listen()
    await ensureSets([downloadable(url, sha256(Buffer.from('the official one')))], progress)
    assert.match(said(), /does not have the checksum.*built from its Go modules instead.*built in/s)
    assert.notEqual(readFileSync(toolPath('pause'), 'utf8'), 'not the official one')
  })

  it('are built when the official place cannot be reached', async () => {
    const { url, close } = await place(() => undefined)
    await close()
    const { progress, said } = listen()
    await ensureSets([downloadable(url, sha256(Buffer.from('')))], progress)
    assert.match(said(), /pause 3.10.1: built in/)
  })

  it('that were made from other sources than the project has now are made again', async () => {
    await ensureSets([pause], listen().progress)
    assert.ok(isComplete(pause))
    assert.ok(!isComplete({ ...pause, ldflags: '' }))
  })

  it('are whole or not there when a run is killed, and the next run goes on', async () => {
    const child = execa('node', ['--input-type=module', '-e', `
      import { ensureTools } from ${JSON.stringify(join(import.meta.dirname, '../../tools/tools.ts'))}
      await ensureTools(['pause'])`], { reject: false })
    const tools = join(process.env.ANNEX_CACHE!, 'tools')
    while (!existsSync(tools) || !readdirSync(tools).some((name) => name.startsWith('.draft-'))) await sleep(5)
    child.kill('SIGKILL')
    await child
    assert.ok(!existsSync(setFolder(pause)))
    await ensureSets([pause], listen().progress)
    assert.ok(isComplete(pause))
    assert.deepEqual(readdirSync(tools), ['pause-3.10.1'])
  })

  it('wait for another run that prepares them, and then use what it made', async () => {
    const runs = [listen(), listen()]
    await Promise.all(runs.map(({ progress }) => ensureSets([pause], progress)))
    const said = runs.map((run) => run.said()).join('\n')
    assert.match(said, new RegExp(`Waiting: another run \\(process ${process.pid}\\)`))
    assert.equal(said.match(/built in/g)?.length, 1)
  })

  it('are not begun on a disk that is too full: the message names folder, free and needed', async () => {
    const small = temporaryFolder()
    const { stderr, exitCode } = await execa('unshare', ['--mount', 'bash', '-c', 'mount -t tmpfs -o size=50m none "$0" && exec node --input-type=module -e "$1"', small, `
      import { ensureTools } from ${JSON.stringify(join(import.meta.dirname, '../../tools/tools.ts'))}
      await ensureTools(['pause']).catch((error) => { console.error(error.message); process.exit(3) })`],
    { reject: false, env: { ANNEX_CACHE: small } })
    assert.equal(exitCode, 3, stderr)
    assert.match(stderr, new RegExp(`no room to build the tools: ${small}/tools has 0\\.1 GB free, 1\\.0 GB are needed`))
  })

  it('with a name that is not in the table are refused, and the known ones are said', async () => {
    await assert.rejects(ensureTools(['kubernets']), /no tools are called kubernets; known: pulumi, kubernetes, /)
    assert.throws(() => toolPath('kubelet'), /is not there yet: run "npm run tools"/)
  })
})

describe('the table of tools', () => {
  it('has a pinned go.mod and go.sum for every set, and a checksum with its source for every download', () => {
    for (const { name, download } of toolSets) {
      const files = readdirSync(join(import.meta.dirname, '../../tools', name))
      assert.ok(files.includes('go.mod'), name)
      assert.ok(name === 'pause' || files.includes('go.sum'), name)
      if (!download) continue
      assert.match(download.sha256, /^[0-9a-f]{64}$/)
      assert.ok(download.checksumFrom.length > 0)
    }
  })

  it('names the same version as the set\'s go.mod', () => {
    for (const { name, version } of toolSets.filter((set) => set.name !== 'pause')) {
      const mod = readFileSync(join(import.meta.dirname, '../../tools', name, 'go.mod'), 'utf8')
      assert.ok(mod.includes(` ${version}`), `${name} ${version}`)
    }
  })
})

function downloadable(url: string, sha256: string): ToolSet {
  return { ...pause, download: { url, sha256, checksumFrom: 'this test', members: { pause: 'pause-1/bin/pause' } } }
}

async function archiveWith(path: string, text: string): Promise<Buffer> {
  const folder = temporaryFolder()
  mkdirSync(join(folder, path, '..'), { recursive: true })
  writeFileSync(join(folder, path), text)
  return Buffer.from((await execa('tar', ['-cz', '-C', folder, path], { encoding: 'buffer' })).stdout)
}

const sha256 = (content: Buffer) => createHash('sha256').update(content).digest('hex')

function listen(): { progress: Progress; said: () => string } {
  const lines: string[] = []
  return { progress: { update: () => undefined, say: (text) => void lines.push(text) }, said: () => lines.join('\n') }
}
