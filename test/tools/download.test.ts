import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { download, Unreachable, WrongChecksum } from '../../tools/download.ts'
import { place, temporaryFolder } from './place.ts'

const content = randomBytes(300_000)
const sha256 = createHash('sha256').update(content).digest('hex')

describe('a download', () => {
  it('that has the pinned checksum is kept', async () => {
    const { url } = await place((_, response) => response.end(content))
    const file = join(temporaryFolder(), 'tool.tgz')
    await download(url, sha256, file)
    assert.deepEqual(readFileSync(file), content)
  })

  it('with another checksum is thrown away, and both checksums are said', async () => {
    const { url } = await place((_, response) => response.end('something else'))
    const file = join(temporaryFolder(), 'tool.tgz')
    await assert.rejects(download(url, sha256, file), (error: Error) => {
      assert.ok(error instanceof WrongChecksum)
      assert.match(error.message, new RegExp(`pinned +sha256:${sha256}`))
      assert.match(error.message, /received sha256:[0-9a-f]{64}/)
      return true
    })
    assert.ok(!existsSync(file) && !existsSync(`${file}.part`))
  })

  it('that was cut goes on where it was', async () => {
    const ranges: (string | undefined)[] = []
    const file = join(temporaryFolder(), 'tool.tgz')
    const { url } = await place(async (request, response) => {
      ranges.push(request.headers.range)
      const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0)
      response.writeHead(start > 0 ? 206 : 200, { 'content-length': content.length - start })
      if (start > 0) return void response.end(content.subarray(start))
      response.write(content.subarray(0, 100_000))
      while (!existsSync(`${file}.part`) || statSync(`${file}.part`).size === 0) await sleep(5)
      response.destroy()
    })
    await assert.rejects(download(url, sha256, file), Unreachable)
    await download(url, sha256, file)
    assert.deepEqual(readFileSync(file), content)
    assert.equal(ranges[0], undefined)
    assert.match(ranges[1]!, /^bytes=[1-9]\d*-$/)
  })

  it('from a place that is silent is given up within seconds, and that place is not asked again', async () => {
    let asked = 0
    const { url } = await place(() => void asked++)
    const file = join(temporaryFolder(), 'tool.tgz')
    const start = Date.now()
    await assert.rejects(download(url, sha256, file), Unreachable)
    assert.ok(Date.now() - start < 8000, `gave up after ${Date.now() - start} ms`)
    await assert.rejects(download(url, sha256, file), /did not answer before/)
    assert.equal(asked, 1)
  })

  it('from a place that refuses connections is given up at once', async () => {
    const { url, close } = await place(() => undefined)
    await close()
    const start = Date.now()
    await assert.rejects(download(url, sha256, join(temporaryFolder(), 'tool.tgz')), Unreachable)
    assert.ok(Date.now() - start < 2000)
  })
})
