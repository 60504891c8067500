/**
 * The HTTP server of the lab's apt mirror: `node mirror.ts ADDRESS PORT SETTINGS`. SETTINGS is a JSON file, read anew at each
 * request: `{ "folder": what is served, "fault"?: how it fails }`.
 */
import { createReadStream, readFileSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { join, normalize } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'

export interface MirrorSettings {
  folder: string
  fault?: MirrorFault
}

/** slow: 64 KB/s. bad-signature: indexes were changed after they were signed. wrong-hash: packages differ from their index. */
export type MirrorFault = 'slow' | 'bad-signature' | 'wrong-hash'

/** Serves until the process ends. Resolves when it listens. */
export async function serveMirror(address: string, port: number, settings: () => MirrorSettings): Promise<{ port: number; close: () => void }> {
  const server = createServer((request, response) => {
    answer(request, response, settings()).catch(() => response.destroy())
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, address, resolve))
  const bound = server.address()
  return {
    port: typeof bound === 'object' && bound ? bound.port : port,
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

async function answer(request: IncomingMessage, response: ServerResponse, { folder, fault }: MirrorSettings): Promise<void> {
  const path = normalize(decodeURIComponent(new URL(request.url ?? '/', 'http://mirror').pathname))
  const file = join(folder, path)
  const found = await stat(file).catch(() => undefined)
  if (!found?.isFile()) return void response.writeHead(404, { 'content-length': 0 }).end()

  const lie = lieOf(path, fault)
  const modified = new Date(Math.floor(found.mtimeMs / 1000) * 1000)
  const since = Date.parse(request.headers['if-modified-since'] ?? '')
  if (!lie && since >= modified.getTime()) return void response.writeHead(304).end()

  const start = lie ? 0 : rangeStart(request, found.size, modified)
  const partial = start > 0
  response.writeHead(partial ? 206 : 200, {
    'content-type': 'application/octet-stream',
    'content-length': found.size - start,
    'last-modified': modified.toUTCString(),
    'accept-ranges': 'bytes',
    ...(partial && { 'content-range': `bytes ${start}-${found.size - 1}/${found.size}` }),
  })
  if (request.method === 'HEAD') return void response.end()
  if (lie) return void response.end(lie(await readFile(file)))
  if (fault === 'slow') return sendSlowly(file, start, response)
  await pipeline(createReadStream(file, { start }), response)
}

/** apt goes on with a file that it has in part: `bytes=N-`, if the file has not changed since. */
function rangeStart(request: IncomingMessage, size: number, modified: Date): number {
  const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
  const unless = request.headers['if-range']?.toString()
  return start < size && (unless === undefined || Date.parse(unless) >= modified.getTime()) ? start : 0
}

function lieOf(path: string, fault?: MirrorFault): ((content: Buffer) => Buffer) | undefined {
  if (fault === 'bad-signature' && /\/(InRelease|Release)$/.test(path)) {
    return (content) => Buffer.from(content.toString('latin1').replace('Architectures: amd64', 'Architectures: amd46'), 'latin1')
  }
  if (fault === 'wrong-hash' && path.endsWith('.deb')) {
    return (content) => {
      content[content.length - 1]! ^= 0xff
      return content
    }
  }
  return undefined
}

async function sendSlowly(file: string, start: number, response: ServerResponse): Promise<void> {
  for await (const chunk of createReadStream(file, { start, highWaterMark: 16 * 1024 })) {
    if (response.destroyed) return
    response.write(chunk)
    await sleep(250)
  }
  response.end()
}

if (import.meta.main) {
  const [address, port, settings] = process.argv.slice(2) as [string, string, string]
  process.on('SIGTERM', () => process.exit(0))
  await serveMirror(address, Number(port), () => JSON.parse(readFileSync(settings, 'utf8')) as MirrorSettings)
}
