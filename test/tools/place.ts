/** A place to download from, on this machine's loopback, and folders to download to; both are gone after the test. */
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const cleanups: (() => void)[] = []

afterEach(() => {
  for (const clean of cleanups.splice(0)) clean()
})

/** Starts an HTTP server that answers with `listener`. */
export async function place(listener: RequestListener): Promise<{ url: string; close: () => Promise<void> }> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  cleanups.push(() => void close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/tool.tgz`, close }
}

/** An empty folder. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'annex-test-'))
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
