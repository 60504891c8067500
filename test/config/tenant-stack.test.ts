import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import * as pulumi from '@pulumi/pulumi'
import { readPlatform, readTenantStack } from '../../config/tenant-stack.ts'

describe('a stack of tenants', () => {
  const dev = readFileSync(new URL('../../Pulumi.dev.yaml', import.meta.url), 'utf8')
  const tenants = "- {stack: 1, name: one, group: 'annex:one'}\n- {stack: 2, name: two, group: 'annex:two'}\n"
  const own = { 'kubernetes:context': 'annex-lab', 'annex:base': 'dev', 'annex:stack': '2' }
  const home = process.cwd()
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'annex-tenants-'))
    mkdirSync(path.join(folder, 'tenants'))
    process.chdir(path.join(folder, 'tenants'))
    write({})
  })
  afterEach(() => {
    process.chdir(home)
    rmSync(folder, { recursive: true })
    pulumi.runtime.setAllConfig({})
  })

  function write({ platform = dev, list = tenants }: { platform?: string; list?: string }): void {
    writeFileSync('../Pulumi.dev.yaml', platform)
    writeFileSync('dev.yaml', list)
  }

  async function read(options: Record<string, string> = own, stack = 'dev-02') {
    await pulumi.runtime.setMocks({ newResource: ({ name, inputs }) => ({ id: name, state: inputs }), call: () => ({}) }, 'annex', stack)
    pulumi.runtime.setAllConfig(options)
    return readTenantStack()
  }
  const told = (words: RegExp) => ({ message }: Error) => {
    assert.match(message, words)
    return true
  }

  it('has the tenants of its own number', async () => {
    const { context, stack, base, tenants } = await read()
    assert.deepEqual([context, stack, base, tenants.map(({ name }) => name)], ['annex-lab', 'dev-02', 'dev', ['two']])
  })

  it('needs a platform whose options and tenants are there', async () => {
    await assert.rejects(read({ ...own, 'annex:base': '' }), told(/annex:base = \(not set\)/))
    await assert.rejects(read({ ...own, 'annex:base': 'prod' }), told(/annex:base = "prod" \(missing: prod\.yaml, \.\.\/Pulumi\.prod\.yaml\)/))
    rmSync('dev.yaml')
    await assert.rejects(read(), told(/\(missing: dev\.yaml\)/))
    write({})
    rmSync('../Pulumi.dev.yaml')
    await assert.rejects(read(), told(/\(missing: \.\.\/Pulumi\.dev\.yaml\)/))
    write({ platform: 'config: [' })
    await assert.rejects(read(), told(/^\.\.\/Pulumi\.dev\.yaml cannot be read: /))
  })

  it('is told all that is wrong at once, in its own options, in the platform’s and in the file', async () => {
    write({ platform: dev.replace('annex:knownHosts', 'annex:colour: red\n  annex:knownHosts'), list: `${tenants}- {stack: 1, name: one, group: 'annex:three'}\n` })
    await assert.rejects(read({ 'annex:base': 'dev', 'annex:stack': '1', 'annex:size': '2', 'kubernetes:context': 'other', 'kubernetes:cluster': 'x' }, '-dev-02'), ({ message }: Error) => {
      for (const path of ["the stack's name", 'annex:size', 'annex:stack', 'kubernetes:context', 'kubernetes:cluster', 'annex:colour', 'tenants/dev.yaml:3 one: name']) assert.ok(message.includes(`\n  ${path} = `), `${path} is not in: ${message}`)
      return true
    })
    write({})
    await assert.rejects(read({ ...own, 'kubernetes:context': '' }), told(/has 1 fault;[^]*kubernetes:context = \(not set\)/))
  })

  it('asks the stack of its platform, which has to be updated first', async () => {
    const asked: string[] = []
    const platform = async (outputs: object) => {
      await pulumi.runtime.setMocks({
        newResource: ({ name, inputs }) => {
          asked.push(name)
          return { id: name, state: { ...inputs, outputs, secretOutputNames: [] } }
        },
        call: () => ({}),
      }, 'annex', 'dev-02', false, 'team')
      return readPlatform('dev')
    }
    const outputs = { tenantSurroundings: { closed: ['10.0.0.0/8'], nodeLocalDns: ['169.254.20.10'] }, boundedByAdmission: ['roles'] }
    assert.deepEqual(await platform(outputs), outputs)
    assert.deepEqual(asked, ['team/annex/dev'])
    for (const wrong of [{}, { ...outputs, boundedByAdmission: undefined }, { ...outputs, tenantSurroundings: { closed: ['everything'], nodeLocalDns: [] } }]) {
      await assert.rejects(platform(wrong), told(/^the stack dev lacks the outputs tenantSurroundings and boundedByAdmission: update it first/))
    }
  })
})
