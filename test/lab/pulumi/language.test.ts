import { strict as assert } from 'node:assert'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { findPackages, programDependencies } from '../../../lab/pulumi/language/packages.ts'
import { findNode, nodeArgs, runPlugin, runProgram, type Program, type ProgramInfo } from '../../../lab/pulumi/language/run.ts'

const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url))
const info = (options: ProgramInfo['options'] = {}, programDirectory = REPOSITORY): ProgramInfo => ({ rootDirectory: REPOSITORY, programDirectory, entryPoint: '.', options })

describe('stand-in for pulumi-language-nodejs', () => {
  let folder: string
  before(() => (folder = mkdtempSync(join(tmpdir(), 'annex-language-'))))
  after(() => rmSync(folder, { recursive: true, force: true }))

  const program = (more: Partial<Program>): Program => ({
    engine: 'e:1', monitor: 'm:1', organization: 'o', project: 'p', stack: 's', dryRun: false, parallel: 4, args: [], config: {}, configSecretKeys: [], info: info(), ...more,
  })
  /** Runs a script in place of @pulumi/pulumi's cmd/run. */
  async function runInstead(script: string, more: Partial<Program> = {}, cancelled = new AbortController().signal) {
    mkdirSync(join(folder, 'node_modules', 'instead'), { recursive: true })
    writeFileSync(join(folder, 'node_modules', 'instead', 'index.js'), script)
    process.env.PULUMI_LANGUAGE_NODEJS_RUN_PATH = 'instead'
    try {
      return await runProgram(program({ info: info({}, folder), ...more }), cancelled)
    } finally {
      delete process.env.PULUMI_LANGUAGE_NODEJS_RUN_PATH
    }
  }

  it('finds the packages that the official host finds', () => {
    assert.deepEqual(findPackages(REPOSITORY).map(({ name, version }) => `${name} ${version}`), ['command v1.2.1', 'kubernetes v4.32.0', 'random v4.21.1', 'tls v5.5.1'])
    assert.deepEqual(findPackages(join(REPOSITORY, 'policies')), findPackages(REPOSITORY), 'also from a folder below')
  })

  it('names the packages that a program asks for itself', () => {
    assert.ok(programDependencies(REPOSITORY).some(({ name, version }) => name === '@pulumi/random' && version === '4.21.1'))
  })

  it('takes node from PATH, the first that can be run', () => {
    const [without, notExecutable, first, second] = ['a', 'b', 'c', 'd'].map((name) => join(folder, name))
    for (const path of [without!, notExecutable!, first!, second!]) mkdirSync(path)
    for (const path of [notExecutable!, first!, second!]) writeFileSync(join(path, 'node'), '')
    for (const path of [first!, second!]) chmodSync(join(path, 'node'), 0o755)
    assert.equal(findNode([without, notExecutable, first, second].join(':')), join(first!, 'node'))
    assert.throws(() => findNode(without), /could not find node on the \$PATH/)
  })

  it('splits nodeargs at spaces that are not in quotes', () => {
    assert.deepEqual(nodeArgs(info({ nodeargs: `--stack-trace-limit=0  --import="a b.js" 'c d'` })), ['--stack-trace-limit=0', '--import=a b.js', 'c d'])
    assert.deepEqual(nodeArgs(info()), [])
  })

  it('says that the SDK is missing where it is', async () => {
    const never = new AbortController().signal
    await assert.rejects(runProgram(program({ info: info({}, '/') }), never), /Pulumi SDK has not been installed\. Have you run pulumi install\?/)
    await assert.rejects(runPlugin({ kind: 'analyzer', pwd: folder, args: [], env: [], info: info({}, '/') }, () => {}, never), /Have you run npm install in \/\?/)
  })

  it('gives a program its configuration, its secret keys and its flags as the SDK reads them', async () => {
    const script = `
      const { PULUMI_CONFIG, PULUMI_CONFIG_SECRET_KEYS, PULUMI_NODEJS_TYPESCRIPT } = process.env
      const seen = { config: JSON.parse(PULUMI_CONFIG), secrets: JSON.parse(PULUMI_CONFIG_SECRET_KEYS), typescript: PULUMI_NODEJS_TYPESCRIPT, args: process.argv.slice(2).join(' ') }
      require('node:fs').writeFileSync('seen.json', JSON.stringify(seen))`
    const cwd = process.cwd()
    process.chdir(folder)
    try {
      assert.deepEqual(await runInstead(script, { dryRun: true, config: { 'a:b': 'c', 'aws:config:x': 'y' }, configSecretKeys: ['a:b'] }), { error: '', bail: false })
    } finally {
      process.chdir(cwd)
    }
    const { default: seen } = await import(join(folder, 'seen.json'), { with: { type: 'json' } })
    assert.deepEqual(seen, {
      config: { 'a:config:b': 'c', 'aws:config:x': 'y' },
      secrets: ['a:b'],
      typescript: 'true',
      args: `--monitor m:1 --engine e:1 --organization o --project p --root-directory ${REPOSITORY} --stack s --pwd ${folder} --dry-run --parallel 4 .`,
    })
  })

  it('tells a program that has reported its error from one that has not, and from one that was killed', async () => {
    assert.deepEqual(await runInstead('process.exit(32)'), { error: '', bail: true })
    assert.deepEqual(await runInstead('process.exit(3)'), { error: 'Program exited with non-zero exit code: 3', bail: false })
    assert.deepEqual(await runInstead('process.kill(process.pid, "SIGKILL"); setInterval(() => {}, 1000)'), { error: 'Program exited with non-zero exit code: -1', bail: false })
  })

  describe('when the user interrupts the CLI', () => {
    async function interrupted(onInterrupt: string) {
      const cancelled = new AbortController()
      const started = join(folder, `started ${onInterrupt}`)
      const running = runInstead(`process.on('SIGINT', () => {${onInterrupt}}); require('node:fs').writeFileSync(${JSON.stringify(started)}, ''); setInterval(() => {}, 1000)`, {}, cancelled.signal)
      while (!existsSync(started)) await delay(20)
      cancelled.abort()
      return running
    }

    it('interrupts the program, which may end in its own way', async () => {
      assert.deepEqual(await interrupted('process.exit(32)'), { error: '', bail: true })
    })

    it('ends a program that does not end by itself within 5 s', async function () {
      this.timeout(10_000)
      assert.deepEqual(await interrupted(''), { error: 'Program exited with non-zero exit code: -1', bail: false })
    })
  })
})
