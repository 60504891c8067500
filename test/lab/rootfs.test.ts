import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { execa } from 'execa'
import { makeImage } from '../../lab/rootfs.ts'

describe("a host's image", () => {
  const before = process.env['ANNEX_CACHE']
  const folder = mkdtempSync(path.join(tmpdir(), 'annex-full-disk-'))

  before === undefined ? after(() => delete process.env['ANNEX_CACHE']) : after(() => (process.env['ANNEX_CACHE'] = before))
  after(async () => {
    await execa('umount', [folder])
    rmSync(folder, { recursive: true })
  })

  it('is not begun on a disk without room for it, and the message says how much is needed and what to do', async () => {
    await execa('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', folder])
    process.env['ANNEX_CACHE'] = folder
    await assert.rejects(makeImage('debian-12'), /no disk left for the first build: .* has [0-8] MB free and needs 1024 MB\. Free some, or set ANNEX_CACHE/)
  })
})
