import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { Field } from '../policies/field.ts'
import { noPrivateKey } from '../policies/rules/secrets/no-private-key.ts'
import { settings } from '../policies/settings.ts'

const REPOSITORY = fileURLToPath(new URL('..', import.meta.url))

describe('the repository', function () {
  this.timeout(180_000)

  let files: { path: string; text: string }[]

  before(async () => {
    const listed = await run(
      'git',
      '-c',
      'safe.directory=*',
      'ls-files',
      '-z',
      '--cached',
      '--others',
      '--exclude-standard',
    )
    const paths = listed.stdout.split('\0').filter((path) => path !== '')
    files = paths.flatMap((path) => {
      const text = read(path)
      return text === undefined || text.includes('\0') ? [] : [{ path, text }]
    })
    assert.ok(files.length > 20, 'git lists no files')
  })

  it('compiles without a type error', async () => {
    const { exitCode, all } = await run('tsc', '--noEmit', '-p', '.')
    assert.equal(exitCode, 0, all)
  })

  it('has shell scripts that shellcheck has nothing to say about', async () => {
    const sourced = files
      .filter(({ path, text }) => path.endsWith('.sh') && !/^#!|^# shellcheck shell=/.test(text))
      .map(({ path }) => path)
    const told = [
      await run('shellcheck', '--external-sources', ...scripts().filter((path) => !sourced.includes(path))),
      ...(sourced.length === 0 ? [] : [await run('shellcheck', '--external-sources', '--shell=bash', ...sourced)]),
    ]
    assert.equal(
      told.every(({ exitCode }) => exitCode === 0),
      true,
      told.map(({ all }) => all).join('\n'),
    )
  })

  it('has shell scripts as shfmt writes them', async () => {
    const { exitCode, all } = await run('shfmt', '-i', '2', '-ci', '-d', ...scripts())
    assert.equal(exitCode, 0, `format with shfmt -i 2 -ci -w\n${all}`)
  })

  it('has shell scripts that stop at the first failure and never trace what they do', () => {
    const loose = files
      .filter(({ path, text }) => scripts().includes(path) && text.startsWith('#!'))
      .filter(({ text }) => !/^set -eu(o pipefail)?$/m.test(text) || /^\s*set -\w*x/m.test(text))
    assert.deepEqual(
      loose.map(({ path }) => path),
      [],
    )
  })

  it('holds no private key', () => {
    const found = files.filter(({ text }) => {
      const resource = { type: 'file', name: 'file', properties: new Field({ text }) }
      return noPrivateKey.check(resource, settings, '2026-11-23').length > 0
    })
    assert.deepEqual(
      found.map(({ path }) => path),
      [],
    )
  })

  it('names neither a path nor a registry of the machine on which it was written', async () => {
    const words = [REPOSITORY.replace(/\/$/, ''), ...(await privateRegistries())]
    const found = files.flatMap(({ path, text }) =>
      words.filter((word) => text.includes(word)).map((word) => `${path}: ${word}`),
    )
    assert.deepEqual(found, [])
  })

  it('gives a reason for every package that it depends on', () => {
    const { dependencies, devDependencies } = JSON.parse(read('package.json')!)
    const reasons = read('docs/adr/0002-dependencies.md')!
    const silent = Object.keys({ ...dependencies, ...devDependencies }).filter(
      (name) => !reasons.includes(`\`${name}\``),
    )
    assert.deepEqual(silent, [])
  })

  it('pins every action of its workflows to a commit and gives no workflow rights that a job does not ask for', () => {
    const workflows = files.filter(({ path }) => path.startsWith('.github/workflows/'))
    assert.ok(workflows.length > 0)
    for (const { path, text } of workflows) {
      const uses = [...text.matchAll(/^\s*(?:- )?uses: (.*)$/gm)].map(([, action]) => action!)
      for (const action of uses) assert.match(action, /^[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/, path)
      assert.match(text, /^permissions: \{\}$/m, path)
    }
  })

  /** Shell scripts, by name or by their first line. */
  function scripts(): string[] {
    return files
      .filter(({ path, text }) => path.endsWith('.sh') || /^#!.*\b(?:ba)?sh\b/.test(text))
      .map(({ path }) => path)
  }

  function run(command: string, ...args: string[]) {
    return execa(command, args, { cwd: REPOSITORY, preferLocal: true, localDir: REPOSITORY, all: true, reject: false })
  }

  /** Hosts from which this machine gets packages, other than the public ones. */
  async function privateRegistries(): Promise<string[]> {
    const registries = [(await run('npm', 'config', 'get', 'registry')).stdout, process.env['GOPROXY'] ?? '']
    const hosts = registries
      .join(',')
      .split(/[,|\s]/)
      .flatMap((address) => (URL.canParse(address) ? [new URL(address).hostname] : []))
    return hosts.filter(
      (host) => !/^(registry\.npmjs\.org|proxy\.golang\.org|localhost|[\d.]+)$/.test(host) && host !== '',
    )
  }
})

function read(path: string): string | undefined {
  try {
    return readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')
  } catch {
    // Deleted but not yet committed, or a link to a folder.
    return undefined
  }
}
