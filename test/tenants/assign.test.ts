import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { assign } from '../../tenants/assign.ts'

const checkout = fileURLToPath(new URL('../..', import.meta.url))

describe('npm run tenants', () => {
  let root: string
  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'annex-assign-'))
    mkdirSync(path.join(root, 'tenants'))
    cpSync(path.join(checkout, 'Pulumi.prod.yaml'), path.join(root, 'Pulumi.prod.yaml'))
  })
  afterEach(() => rmSync(root, { recursive: true }))
  const write = (text: string) => writeFileSync(path.join(root, 'tenants/prod.yaml'), text)
  const read = (name: string) => readFileSync(path.join(root, name), 'utf8')

  it('writes the stack of each new tenant, and the options of each stack', () => {
    write("# ours\n- {name: a, group: 'annex:a'}\n- stack: 2\n  name: b\n  group: annex:b\n")
    assert.deepEqual(assign('prod', root), { stacks: { 'prod-01': ['a'], 'prod-02': ['b'] }, written: ['tenants/prod.yaml', 'tenants/Pulumi.prod-01.yaml', 'tenants/Pulumi.prod-02.yaml'] })
    assert.equal(read('tenants/prod.yaml'), "# ours\n- {stack: 1, name: a, group: 'annex:a'}\n- stack: 2\n  name: b\n  group: annex:b\n")
    assert.equal(read('tenants/Pulumi.prod-02.yaml'), '# Made by npm run tenants. Its tenants are those of prod.yaml with stack: 2.\nconfig:\n  kubernetes:context: my-cluster\n  kubernetes:upsertExistingObjects: true\n  annex:base: prod\n  annex:stack: 2\n')
    assert.deepEqual(assign('prod', root).written, [])
  })

  it('keeps what Pulumi and people wrote beside its own', () => {
    write("- {name: a, group: 'annex:a'}\n")
    writeFileSync(path.join(root, 'tenants/Pulumi.prod-01.yaml'), 'encryptionsalt: v1:salt\nconfig:\n  kubernetes:context: before\n  kubernetes:kubeClientSettings: {qps: 100} # ours\n')
    assign('prod', root)
    assert.equal(read('tenants/Pulumi.prod-01.yaml'), 'encryptionsalt: v1:salt\nconfig:\n  kubernetes:context: my-cluster\n  kubernetes:kubeClientSettings: { qps: 100 } # ours\n  kubernetes:upsertExistingObjects: true\n  annex:base: prod\n  annex:stack: 1\n')
  })

  it('copies no way to another cluster than kubectl’s', () => {
    write("- {name: a, group: 'annex:a'}\n")
    writeFileSync(path.join(root, 'Pulumi.prod.yaml'), read('Pulumi.prod.yaml').replace('config:\n', 'config:\n  kubernetes:kubeconfig: other.yaml\n'))
    assert.throws(() => assign('prod', root), /kubernetes:kubeconfig = \(set\)\s+would lead Pulumi to another cluster/)
  })

  it('copies no secret, which no other stack can open', () => {
    write("- {name: a, group: 'annex:a'}\n")
    writeFileSync(path.join(root, 'Pulumi.prod.yaml'), read('Pulumi.prod.yaml').replace('config:\n', 'config:\n  kubernetes:namespace:\n    secure: v1:abc\n'))
    assign('prod', root)
    assert.doesNotMatch(read('tenants/Pulumi.prod-01.yaml'), /namespace/)
  })

  it('fills options into a file without any', () => {
    write("- {name: a, group: 'annex:a'}\n")
    for (const empty of ['', '# nothing yet\n', 'config:\n', 'encryptionsalt: v1:salt\n']) {
      writeFileSync(path.join(root, 'tenants/Pulumi.prod-01.yaml'), empty)
      assign('prod', root)
      assert.match(read('tenants/Pulumi.prod-01.yaml'), /^config:\n  kubernetes:context: my-cluster\n[^]*  annex:stack: 1\n/m, empty)
    }
  })

  it('writes nothing where there is a fault, and tells all of them', () => {
    const text = "- {name: a, group: 'annex:a', exec: maybe}\n- {name: a, group: 'annex:b'}\n"
    write(text)
    assert.throws(() => assign('prod', root), /2 faults; nothing was changed:[^]*:1 a: exec = "maybe"[^]*:2 a: name = "a"/)
    assert.equal(read('tenants/prod.yaml'), text)
    assert.deepEqual(readdirSync(path.join(root, 'tenants')), ['prod.yaml'])
    assert.ok(!existsSync(path.join(root, 'tenants/Pulumi.prod-01.yaml')))
  })

  it('names the line as a person sees it, also where lines are filled in above it', () => {
    write("- name: a\n  group: annex:a\n- name: b\n  group: annex:b\n- name: c\n  group: annex:c\n  exec: maybe\n")
    assert.throws(() => assign('prod', root), /tenants\/prod\.yaml:5 c: exec/)
  })

  it('takes a file as Windows writes it', () => {
    write("\uFEFF- {name: a, group: 'annex:a'}\r\n")
    assign('prod', root)
    assert.equal(read('tenants/prod.yaml'), "\uFEFF- {stack: 1, name: a, group: 'annex:a'}\r\n")
  })

  it('reads the platform’s options as Pulumi does', () => {
    write("- {name: a, group: 'annex:a'}\n")
    const own = read('Pulumi.prod.yaml')
    writeFileSync(path.join(root, 'Pulumi.prod.yaml'), own.replace('annex:tunnel:', 'tunnel:')
      .replace("- { name: paas-tenant-1, group: 'annex:paas-tenant-1' }", "- &first { name: paas-tenant-1, group: 'annex:paas-tenant-1', exec: true }")
      .replace('- { name: paas-tenant-2,', '- { <<: *first, name: paas-tenant-2,'))
    assert.deepEqual(Object.keys(assign('prod', root).stacks), ['prod-01'])
  })

  it('names the file that it cannot read, and writes none', () => {
    write("- {name: a, group: 'annex:a'}\n")
    writeFileSync(path.join(root, 'tenants/Pulumi.prod-01.yaml'), 'config: {a: 1\n')
    assert.throws(() => assign('prod', root), /^Error: tenants\/Pulumi\.prod-01\.yaml cannot be read: /)
    writeFileSync(path.join(root, 'Pulumi.prod.yaml'), 'config: {a: 1\n')
    assert.throws(() => assign('prod', root), /^Error: Pulumi\.prod\.yaml cannot be read: /)
    assert.equal(read('tenants/prod.yaml'), "- {name: a, group: 'annex:a'}\n")
  })

  it('says which files it needs, and how it is used', () => {
    assert.throws(() => assign('other', root), /tenants\/other\.yaml: a list of tenants\n.*Pulumi\.other\.yaml/)
    assert.throws(() => execFileSync(process.execPath, [path.join(checkout, 'tenants/assign.ts')], { encoding: 'utf8', stdio: 'pipe' }), /npm run tenants -- ENVIRONMENT/)
  })
})
