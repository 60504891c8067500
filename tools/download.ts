/** Downloads one file against its checksum: resumes what a stopped run left, and gives up on a silent place in seconds. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'

/** How long a place may take to answer at all, and to send the next bytes. */
const answerSeconds = 4
const silenceSeconds = 20

/** The place cannot be reached from here, or does not have the file: the tool has to come from elsewhere. */
export class Unreachable extends Error {}

/** What was sent is not what the project pins: never used, and worth a person's look. */
export class WrongChecksum extends Error {}

const silentHosts = new Set<string>()

/**
 * Brings `url` to `file`, which then has the given SHA-256. Throws Unreachable or WrongChecksum.
 * A host that did not answer is not asked again by this process.
 */
export async function download(url: string, sha256: string, file: string): Promise<void> {
  const { host } = new URL(url)
  if (silentHosts.has(host)) throw new Unreachable(`${host} did not answer before`)
  await mkdir(dirname(file), { recursive: true })
  const part = `${file}.part`
  await fetchInto(url, part).catch((error: Error) => {
    if (error instanceof Silent) silentHosts.add(host)
    throw new Unreachable(`${host}: ${error.message}`)
  })
  const seen = await sha256Of(part)
  if (seen !== sha256) {
    await rm(part)
    throw new WrongChecksum(
      `${url} does not have the checksum that the project pins, so it was thrown away.\n` +
        `  pinned   sha256:${sha256}\n  received sha256:${seen}\n` +
        `  Try again; if it stays so, the place or something on the way to it sends another file.`,
    )
  }
  await rename(part, file)
}

class Silent extends Error {}

async function fetchInto(url: string, part: string): Promise<void> {
  const have = (await stat(part).catch(() => undefined))?.size ?? 0
  const abort = new AbortController()
  const giveUp = (seconds: number) =>
    setTimeout(() => abort.abort(new Silent(`no answer within ${seconds} s`)), seconds * 1000)
  let timer = giveUp(answerSeconds)
  try {
    const response = await fetch(url, {
      signal: abort.signal,
      headers: have > 0 ? { range: `bytes=${have}-` } : {},
    }).catch((error: Error) => {
      throw abort.signal.aborted ? abort.signal.reason : new Silent((error.cause as Error | undefined)?.message ?? error.message)
    })
    if (response.status === 416) return
    if (!response.ok || !response.body) throw new Error(`answered ${response.status}`)
    const file = await open(part, response.status === 206 ? 'a' : 'w')
    try {
      for await (const chunk of response.body) {
        clearTimeout(timer)
        timer = giveUp(silenceSeconds)
        await file.write(chunk)
      }
    } finally {
      await file.close()
    }
  } finally {
    clearTimeout(timer)
  }
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
}
