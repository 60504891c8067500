import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import * as pulumi from '@pulumi/pulumi'
import { tokens } from '../../preflight/inspect.ts'
import { settingsOf } from '../settings.ts'

describe('the bootstrap tokens of a run', () => {
  const settings = settingsOf('Pulumi.dev.yaml')
  const before = process.env['PATH']
  let folder: string

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'annex-tokens-'))
    writeFileSync(path.join(folder, 'kubectl'), '#!/bin/sh\ncat >/dev/null\n', { mode: 0o755 })
    process.env['PATH'] = `${folder}:${before}`
  })
  afterEach(async () => {
    process.env['PATH'] = before
    rmSync(folder, { recursive: true })
    await run({ preview: false })
  })

  const run = ({ preview }: { preview: boolean }) => pulumi.runtime.setMocks({ newResource: ({ name, inputs }) => ({ id: name, state: inputs }), call: () => ({}) }, 'annex', 'test', preview)

  it('are secrets, one for each worker that joins', async () => {
    await run({ preview: false })
    const made = tokens(settings, settings.workers)
    assert.deepEqual(Object.keys(made), ['vps-worker-1'])
    assert.ok(await pulumi.isSecret(made['vps-worker-1']!))
    assert.match(await new Promise((resolve) => { made['vps-worker-1']!.apply(resolve) }), /^[a-z\d]{6}\.[a-z\d]{16}$/)
  })

  it('are none in a preview, which would leave them in the cluster', async () => {
    await run({ preview: true })
    assert.deepEqual(tokens(settings, settings.workers), {})
  })
})
