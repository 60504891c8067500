import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url))

describe('.ci/run', () => {
  const CASES: [title: string, npm: string, lastLine: string, ok: boolean][] = [
    ['passes on what npm test counted', 'echo "3 passed, 0 failed"', '3 passed, 0 failed', true],
    [
      'leaves the skipped ones out of its last line',
      'echo "3 passed, 0 failed, 2 skipped"',
      '3 passed, 0 failed',
      true,
    ],
    ['goes by the last count', 'echo "1 passed, 1 failed"; echo "4 passed, 0 failed"', '4 passed, 0 failed', true],
    ['fails when a test failed', 'echo "3 passed, 1 failed"; exit 1', '3 passed, 1 failed', false],
    ['fails when a test failed and npm hides it', 'echo "3 passed, 1 failed"', '3 passed, 1 failed', false],
    [
      'fails when npm test ends badly after its count',
      'echo "3 passed, 0 failed"; exit 7',
      '3 passed, 1 failed',
      false,
    ],
    ['fails when npm test dies before it counts', 'echo "no space left" >&2; exit 1', '0 passed, 1 failed', false],
    ['fails when npm test counts nothing at all', 'true', '0 passed, 1 failed', false],
    ['fails when no test ran', 'echo "0 passed, 0 failed"', '0 passed, 1 failed', false],
    [
      'is not deceived by a line that only looks like a count',
      'echo "  9 passed, 0 failed in a test\'s output"; exit 1',
      '0 passed, 1 failed',
      false,
    ],
  ]

  it('counts one failure when it may not write, and when it is told to end', async () => {
    const bin = await mkdtemp(join(tmpdir(), 'annex-ci-'))
    try {
      await writeFile(join(bin, 'npm'), '#!/bin/sh\necho started\nexec sleep 20\n', { mode: 0o755 })
      const env = { PATH: `${bin}:${process.env['PATH']}` }
      const unwritable = await execa(join(REPOSITORY, '.ci/run'), { env: { ...env, TMPDIR: join(bin, 'none') }, reject: false })
      const running = execa(join(REPOSITORY, '.ci/run'), { env, reject: false, detached: true })
      running.stdout.once('data', () => process.kill(-running.pid!))
      for (const { stdout, exitCode } of [unwritable, await running]) {
        assert.equal(stdout.split('\n').at(-1), '0 passed, 1 failed')
        assert.notEqual(exitCode, 0)
      }
    } finally {
      await rm(bin, { recursive: true })
    }
  })

  for (const [title, npm, lastLine, ok] of CASES) {
    it(`${title}: ${lastLine}`, async () => {
      const bin = await mkdtemp(join(tmpdir(), 'annex-ci-'))
      try {
        await writeFile(join(bin, 'npm'), `#!/bin/sh\n${npm}\n`, { mode: 0o755 })
        const { stdout, exitCode } = await execa(join(REPOSITORY, '.ci/run'), {
          env: { PATH: `${bin}:${process.env['PATH']}` },
          reject: false,
        })
        assert.equal(stdout.split('\n').at(-1), lastLine)
        assert.equal(exitCode === 0, ok)
      } finally {
        await rm(bin, { recursive: true })
      }
    })
  }
})

describe('the reporter', () => {
  it('closes with one line of counts, after it named what was left out', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'annex-reporter-'))
    try {
      const file = join(folder, 'some.test.ts')
      const tests = [
        "it('passes', () => {})",
        "it('fails', () => { throw new Error('as it should') })",
        "it.skip('waits', () => {})",
        "it('is to do')",
      ]
      await writeFile(file, `describe('some', () => { ${tests.join('; ')} })\n`)
      const run = (counts?: string) => execa('mocha', ['--no-config', '--reporter', './test/reporter.ts', file], {
        cwd: REPOSITORY,
        preferLocal: true,
        localDir: REPOSITORY,
        env: { ANNEX_TEST_COUNTS: counts },
        reject: false,
      })
      const { stdout, exitCode } = await run()
      assert.equal(exitCode, 1)
      assert.deepEqual(stdout.split('\n').slice(-5), [
        'Left out:',
        '  some waits',
        '  some is to do',
        '',
        '1 passed, 1 failed, 2 skipped',
      ])
      // For npm test, which adds the counts of several runs up and names what failed once more.
      await run(join(folder, 'counts.json'))
      assert.deepEqual(JSON.parse(await readFile(join(folder, 'counts.json'), 'utf8')), { passed: 1, failed: 1, skipped: 2, failures: ['some fails\n    as it should'] })
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
