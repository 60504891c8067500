import { strict as assert } from 'node:assert'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { execa, type Options } from 'execa'
import { installStandIns } from '../../../lab/pulumi/install.ts'
import { toolPath } from '../../../tools/tools.ts'
import { startCluster, type Cluster } from './cluster.ts'

const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url))

describe('the Pulumi CLI with the stand-ins', function () {
  this.timeout(120_000)
  let folder: string
  let cluster: Cluster
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'annex-cli-'))
    mkdirSync(join(folder, 'state'))
    installStandIns(join(folder, 'home'))
    cluster = await startCluster()
  })
  after(async () => {
    await cluster?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  const environment = () => ({
    PATH: [join(REPOSITORY, 'node_modules', '.bin'), dirname(toolPath('pulumi')), process.env.PATH].join(':'),
    PULUMI_HOME: join(folder, 'home'),
    PULUMI_BACKEND_URL: `file://${join(folder, 'state')}`,
    PULUMI_CONFIG_PASSPHRASE: 'test',
    PULUMI_SKIP_UPDATE_CHECK: 'true',
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: 'true',
    KUBECONFIG: cluster.kubeconfigFile,
  })

  /** A stack whose program is `source`, an ES module in TypeScript. */
  async function stack(name: string, source: string, options = '{typescript: false}') {
    const project = join(folder, name)
    mkdirSync(project)
    symlinkSync(join(REPOSITORY, 'node_modules'), join(project, 'node_modules'))
    writeFileSync(join(project, 'Pulumi.yaml'), `name: ${name}\nruntime: {name: nodejs, options: ${options}}\n`)
    writeFileSync(join(project, 'package.json'), '{"type": "module", "main": "index.ts"}')
    writeFileSync(join(project, 'index.ts'), source)
    const pulumi = (args: string[], more: Options = {}) =>
      execa(toolPath('pulumi'), [...args, '--non-interactive'], { cwd: project, env: environment(), all: true, reject: false, ...more })
    assert.equal((await pulumi(['stack', 'init', 'dev'])).exitCode, 0)
    return {
      project,
      pulumi,
      up: (more: Options = {}) => pulumi(['up', '--yes', '--skip-preview', '--stack', 'dev'], more),
      async resources(): Promise<any[]> {
        const { stdout } = await pulumi(['stack', 'export', '--show-secrets'])
        return JSON.parse(String(stdout)).deployment.resources ?? []
      },
    }
  }

  it('runs an ES module in TypeScript with all four providers, without a warning, and finds nothing to do the second time', async () => {
    const { pulumi, up } = await stack('all', `
      import * as pulumi from '@pulumi/pulumi'
      import { local } from '@pulumi/command'
      import * as k8s from '@pulumi/kubernetes'
      import { RandomPassword } from '@pulumi/random'
      import { PrivateKey } from '@pulumi/tls'
      const config: pulumi.Config = new pulumi.Config()
      const password = new RandomPassword('password', { length: 12 })
      new local.Command('echo', { create: 'cat', stdin: password.result })
      const map = new k8s.core.v1.ConfigMap('map', { data: { key: new PrivateKey('key', { algorithm: 'ED25519' }).publicKeyOpenssh } })
      export const name = map.metadata.name
      export const greeting = config.require('greeting')
      export const node = process.version
    `)
    await pulumi(['config', 'set', 'greeting', 'hello'])
    await pulumi(['config', 'set', 'kubernetes:context', 'test'])
    const preview = await pulumi(['preview'])
    assert.equal(preview.exitCode, 0, preview.all as string)
    const first = await up()
    assert.equal(first.exitCode, 0, first.all as string)
    assert.doesNotMatch(first.all as string, /warning/)
    assert.match(first.all as string, /greeting: "hello"/)
    assert.match(first.all as string, /name\s*: "map-[0-9a-f]{8}"/)
    assert.match((await pulumi(['preview', '--expect-no-changes'])).all as string, /5 unchanged/)
    const refreshed = await pulumi(['refresh', '--yes', '--skip-preview', '--expect-no-changes'])
    assert.equal(refreshed.exitCode, 0, refreshed.all as string)
    assert.match((await pulumi(['about'])).all as string, /nodejs: executable='.*\/node_modules\/\.bin\/node' version='v24/)
    assert.equal((await pulumi(['destroy', '--yes', '--skip-preview'])).exitCode, 0)
  })

  it('passes nodeargs on to node, and says what a program that throws has thrown', async () => {
    const { up } = await stack('throws', `console.log('limit ' + Error.stackTraceLimit); throw new Error('the option is missing')`, '{typescript: false, nodeargs: "--stack-trace-limit=3"}')
    const { exitCode, all } = await up()
    assert.notEqual(exitCode, 0)
    assert.match(all as string, /limit 3/)
    assert.match(all as string, /the option is missing/)
    assert.doesNotMatch(all as string, /non-zero exit code/)
  })

  it('says with which code a program ended that just ended', async () => {
    const { up } = await stack('exits', 'process.exit(7)')
    assert.match((await up()).all as string, /Program exited with non-zero exit code: 7/)
  })

  it('keeps an object that is not ready in the state, with the reasons, and goes on from there', async () => {
    const deployment = (replicas: number) => `
      import * as k8s from '@pulumi/kubernetes'
      const labels = { app: 'never' }
      const spec = { replicas: ${replicas}, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'none' }] } } }
      new k8s.apps.v1.Deployment('never', { metadata: { name: 'never', namespace: 'default' }, spec }, { customTimeouts: { create: '2s', update: '20s' } })`
    const { project, up, resources } = await stack('never', deployment(1))
    const { exitCode, all } = await up()
    assert.notEqual(exitCode, 0)
    assert.match(all as string, /failed to fully initialize or become live: 'never' timed out waiting to be Ready/)
    const [state] = (await resources()).filter(({ type }) => type === 'kubernetes:apps/v1:Deployment')
    assert.equal(state.id, 'default/never')
    assert.ok(state.initErrors.includes('Minimum number of live Pods was not attained'), state.initErrors)
    writeFileSync(join(project, 'index.ts'), deployment(0))
    const second = await up()
    assert.equal(second.exitCode, 0, second.all as string)
    assert.match(second.all as string, /1 updated/)
  })

  it('finishes a command whose CLI was killed, and leaves no process behind', async () => {
    const done = join(folder, 'done')
    const { up } = await stack('killed', `
      import { local } from '@pulumi/command'
      new local.Command('slow', { create: 'echo $PPID > ${done}.started; sleep 2; touch ${done}' })`)
    const cli = up()
    await until(() => existsSync(`${done}.started`) && statSync(`${done}.started`).size > 0)
    cli.kill('SIGKILL')
    await cli
    const plugin = Number(readFileSync(`${done}.started`, 'utf8'))
    assert.ok(isAlive(plugin), 'the plugin goes on while its command runs')
    await until(() => existsSync(done))
    await until(() => !isAlive(plugin))
  })

  it('leaves an official plugin where it is', () => {
    const home = join(folder, 'official')
    const binary = join(home, 'plugins', 'resource-random-v4.21.1', 'pulumi-resource-random')
    mkdirSync(dirname(binary), { recursive: true })
    writeFileSync(binary, '\x7fELF')
    chmodSync(binary, 0o755)
    installStandIns(home)
    assert.equal(readFileSync(binary, 'utf8'), '\x7fELF')
    assert.match(readFileSync(join(home, 'plugins', 'resource-tls-v5.5.1', 'pulumi-resource-tls'), 'utf8'), /Stand-in/)
  })
})

function isAlive(id: number): boolean {
  try {
    process.kill(id, 0)
    return true
  } catch {
    return false
  }
}

async function until(condition: () => boolean): Promise<void> {
  for (const end = Date.now() + 60_000; !condition(); await delay(50)) {
    if (Date.now() > end) throw new Error(`this never came true: ${condition}`)
  }
}
