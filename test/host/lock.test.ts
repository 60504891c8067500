/** Who holds a lock of the engine, on this machine instead of a host. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { bundle } from '../../host/bundle.ts'

describe('the holder of a lock', () => {
  it('is named by what it has written and by the processes that have it open; that others end meanwhile is no failure', () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'annex-lock-'))
    const file = path.join(folder, 'packages.lock')
    writeFileSync(file, 'packages of identity-wg0 by process 7\n')
    // find fails for each process whose folder is gone by the time that it looks.
    writeFileSync(path.join(folder, 'find'), '#!/bin/sh\n/usr/bin/find "$@"\nexit 1\n', { mode: 0o755 })
    const script = `${bundle('look').replace(/\nmain "\$@"\n$/, '')}
      set -Eeuo pipefail; READER=people; ITEM=''; trap 'on_error $? $LINENO "$BASH_COMMAND"' ERR
      PATH='${folder}':$PATH
      sleep 60 9>>'${file}' </dev/null >/dev/null 2>&1 & holder=$!
      while [[ ! -e /proc/$holder/fd/9 ]]; do :; done
      lock_holder '${file}' || kill $holder
      kill $holder`
    try {
      const { stdout, stderr, status } = spawnSync('bash', [], { input: script, encoding: 'utf8' })
      assert.equal(stderr, '')
      assert.equal(status, 0)
      assert.match(stdout, /^packages of identity-wg0 by process 7 \(living: \d+ .*\)$/)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
