import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { installStandIns } from '../../lab/pulumi/install.ts'
import { toolPath } from '../../tools/tools.ts'
import type * as programs from './programs.ts'

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url))
const PACK = join(REPOSITORY, 'policies')

const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const keyText = pem.split('\n')[1]!

describe('policies in the Pulumi CLI', function () {
  this.timeout(180_000)

  let folder: string
  let environment: Record<string, string>

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'annex-policies-'))
    const state = join(folder, 'state')
    await mkdir(state)
    installStandIns(join(folder, 'home'))
    environment = {
      PATH: [dirname(toolPath('pulumi')), process.env['PATH']].join(':'),
      PULUMI_HOME: join(folder, 'home'),
      PULUMI_BACKEND_URL: `file://${state}`,
      PULUMI_CONFIG_PASSPHRASE: 'test',
      PULUMI_SKIP_UPDATE_CHECK: 'true',
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: 'true',
      ANNEX_TEST_KEY: pem,
    }
  })

  after(() => rm(folder, { recursive: true, force: true }))

  it('lets a stack through that keeps every rule', async () => {
    const stack = await program('keepsEveryRule')
    const { exitCode, all } = await stack.pulumi('up', '--yes')
    assert.equal(exitCode, 0, all)
    assert.match(all, /✅ annex@v/)
    assert.equal(await stack.resources(), 4)
  })

  it('stops a stack before anything is made, and names every rule that it breaks', async () => {
    const stack = await program('breaksEveryRule')
    const { exitCode, all } = await stack.pulumi('up', '--yes')
    assert.notEqual(exitCode, 0)
    const named = new Set([...all.matchAll(/\[mandatory\]\s+\[severity: \w+\]\s+([\w-]+)/g)].map(([, rule]) => rule))
    assert.deepEqual([...named].sort(), [
      'hosts-host-key',
      'hosts-no-key-in-connection',
      'namespaces-pod-security-labels',
      'pods-capabilities',
      'pods-host-namespaces',
      'pods-host-path',
      'pods-host-process',
      'pods-privileged',
      'secrets-no-private-key',
    ])
    assert.ok(!all.includes(keyText), 'the output shows a private key')
    assert.equal(await stack.resources(), 0)
  })

  it('says at preview what it cannot verify yet, and refuses it in the update', async () => {
    const stack = await program('breaksARuleInTheUpdateOnly')
    const preview = await stack.pulumi('preview')
    assert.equal(preview.exitCode, 0, preview.all)
    assert.match(preview.all, /\[advisory\]\s+unverifiable\s+\(kubernetes:core\/v1:Pod: pod\)/)
    assert.match(preview.all, /spec\.hostPID is not known before the update\. Not verified: No pod shares/)
    const update = await stack.pulumi('up', '--yes')
    assert.notEqual(update.exitCode, 0)
    assert.match(update.all, /spec\.hostPID is true, allowed is false/)
  })

  it('refuses a private key in what a provider answers, without showing it', async () => {
    const stack = await program('answersWithAKey')
    const { exitCode, all } = await stack.pulumi('up', '--yes')
    assert.notEqual(exitCode, 0)
    assert.match(all, /secrets-no-private-key-in-outputs\s+\(example:index:Server: server\)/)
    assert.match(all, /config\.admin holds a PEM private key \(not shown\)/)
    assert.ok(!all.includes(keyText), 'the output shows a private key')
  })

  it('says in one line which Node it needs, where an older one starts it', async () => {
    const older = "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '22.17.1' } })"
    const { exitCode, stderr } = await execa(process.execPath, ['-e', `${older}; require(${JSON.stringify(join(PACK, 'main.cjs'))})`], { reject: false })
    assert.equal(exitCode, 1)
    assert.match(stderr, /^These policies need Node 22\.18 or newer;[^\n]*$/)
  })

  it('lists an exception that is in use, with its reason', async () => {
    const stack = await program('needsAnException')
    assert.notEqual((await stack.pulumi('preview')).exitCode, 0)

    const exception = {
      rule: 'pods-host-namespaces',
      resource: 'kubernetes:apps/v1:DaemonSet::flannel',
      reason: 'flannel routes for the node',
      expires: '2999-12-31',
    }
    const { exitCode, all } = await stack.with(await packWith(exception)).pulumi('preview')
    assert.equal(exitCode, 0, all)
    assert.match(all, /\[advisory\]\s+exceptions-in-use\s+\(kubernetes:apps\/v1:DaemonSet: flannel\)/)
    assert.match(all, /Allowed until 2999-12-31: flannel routes for the node/)
  })

  /** A project of its own whose program is one function of programs.ts. */
  async function program(name: keyof typeof programs) {
    const project = join(folder, name)
    await mkdir(project)
    await symlink(join(REPOSITORY, 'node_modules'), join(project, 'node_modules'))
    await writeFile(join(project, 'package.json'), '{ "type": "module", "main": "index.ts" }')
    await writeFile(
      join(project, 'Pulumi.yaml'),
      `name: ${name}\nruntime: { name: nodejs, options: { typescript: false } }\n`,
    )
    const source = JSON.stringify(join(REPOSITORY, 'test/policies/programs.ts'))
    await writeFile(join(project, 'index.ts'), `import { ${name} } from ${source}\n${name}()\n`)
    const run = (...args: string[]) =>
      execa('pulumi', [...args, '--non-interactive', '--color', 'never'], {
        cwd: project,
        env: environment,
        all: true,
        reject: false,
      })
    const init = await run('stack', 'init', 'test')
    assert.equal(init.exitCode, 0, init.all)

    const withPack = (pack: string) => ({ pulumi: (...args: string[]) => run(...args, '--policy-pack', pack) })
    return {
      ...withPack(PACK),
      with: withPack,
      /** How many resources the state holds. */
      async resources(): Promise<number> {
        const { stdout } = await run('stack', 'export')
        return JSON.parse(stdout).deployment.resources?.length ?? 0
      },
    }
  }

  /** The pack with one exception more. */
  async function packWith(exception: object): Promise<string> {
    const pack = join(folder, 'pack')
    await mkdir(pack)
    await symlink(join(REPOSITORY, 'node_modules'), join(pack, 'node_modules'))
    await writeFile(join(pack, 'PulumiPolicy.yaml'), 'runtime: nodejs\n')
    await writeFile(join(pack, 'package.json'), '{ "version": "0.0.1", "type": "module", "main": "main.js" }')
    await writeFile(
      join(pack, 'main.js'),
      `import { PolicyPack } from '@pulumi/policy'
import { asPolicies } from ${JSON.stringify(join(PACK, 'crossguard.ts'))}
import { packNamed, rulesOf } from ${JSON.stringify(join(PACK, 'packs.ts'))}
import { settings } from ${JSON.stringify(join(PACK, 'settings.ts'))}
const rules = rulesOf(packNamed('recommended'), settings)
new PolicyPack('annex', { policies: asPolicies(rules, { settings, exceptions: [${JSON.stringify(exception)}] }) })
`,
    )
    return pack
  }
})
