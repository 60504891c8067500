import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { execa } from 'execa'

/** Runs the drain with a kubectl that does what the script says. @returns its exit code, and what it was called with */
async function drain(kubectl: string): Promise<{ code: number | undefined; calls: string[] }> {
  const folder = mkdtempSync(path.join(tmpdir(), 'annex-drain-'))
  try {
    const log = path.join(folder, 'calls')
    writeFileSync(path.join(folder, 'kubectl'), `#!/bin/sh\nshift 4\necho "$*" >>${log}\n${kubectl}\n`)
    chmodSync(path.join(folder, 'kubectl'), 0o755)
    const { exitCode } = await execa('bash', ['host/drain.sh'], { env: { PATH: `${folder}:${process.env['PATH']}`, NODE: 'vps', CONTEXT: 'test' }, reject: false })
    return { code: exitCode, calls: readFileSync(log, 'utf8').trim().split('\n').map((line) => line.split(' ')[0]!) }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

describe('the drain of a node', () => {
  it('fails where the cluster does not answer: the node may be there, with its pods', async () => {
    assert.deepEqual(await drain('echo "Unable to connect to the server" >&2; exit 1'), { code: 1, calls: ['get'] })
  })

  it('is done where there is no such node', async () => {
    assert.deepEqual(await drain('exit 0'), { code: 0, calls: ['get'] })
  })

  it('ends with the node deleted, also where a pod does not go', async () => {
    assert.deepEqual(await drain('case $1 in get) echo node/vps ;; drain) exit 1 ;; esac'), { code: 0, calls: ['get', 'drain', 'delete'] })
  })
})
