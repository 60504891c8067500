import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import * as pulumi from '@pulumi/pulumi'
import { contextFaults, readSettings } from '../../config/config.ts'
import { connectionFaults } from '../../config/stack-options.ts'
import { annexOptions } from '../stack-file.ts'

describe('the cluster of a stack', () => {
  const told = (options: Record<string, string>, context?: string) => [...contextFaults(context), ...connectionFaults(options)].map(({ path }) => path)

  it('is the one of its context, for Pulumi and kubectl alike', () => {
    assert.deepEqual(told({ 'kubernetes:context': 'prod' }, 'prod'), [])
    assert.deepEqual(told({}), ['kubernetes:context'])
    assert.deepEqual(told({ 'kubernetes:kubeconfig': 'other.yaml', 'kubernetes:cluster': 'other' }, 'prod'), ['kubernetes:kubeconfig', 'kubernetes:cluster'])
  })
})

describe('the options of a stack', () => {
  const keys = { gateway: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g', worker: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICAfHh0cGxoZGBcWFRQTEhEQDw4NDAsKCQgHBgUEAwIB' }
  let folder: string
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'annex-config-'))
    writeFileSync(path.join(folder, 'known_hosts'), `198.51.100.2 ${keys.gateway}\n198.51.100.11 ${keys.worker}\n`)
    writeFileSync(path.join(folder, 'apt.asc'), '-----BEGIN PGP PUBLIC KEY BLOCK-----\r\n\r\nx\r\n-----END PGP PUBLIC KEY BLOCK-----\r\n')
  })
  after(() => rmSync(folder, { recursive: true }))
  afterEach(() => pulumi.runtime.setAllConfig({}))

  const read = async (more: Record<string, unknown> = {}, stack = 'lonely') => {
    const { registries, packages, workers, ...options } = annexOptions('Pulumi.dev.yaml')
    const keyFile = path.join(folder, 'apt.asc')
    const annex = {
      ...options, knownHosts: path.join(folder, 'known_hosts'), packages: { ...packages, kubernetes: { ...packages.kubernetes, keyFile }, containerd: { ...packages.containerd, keyFile } },
      workers: [{ ...workers[0], ssh: { jump: { host: '198.51.100.2', user: 'jump' } } }],
    }
    const all = { 'kubernetes:context': 'lab', ...Object.fromEntries(Object.entries(annex).map(([key, value]) => [`annex:${key}`, value])), ...more }
    await pulumi.runtime.setMocks({ newResource: ({ name, inputs }) => ({ id: name, state: inputs }), call: () => ({}) }, 'annex', stack)
    pulumi.runtime.setAllConfig(Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined).map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)])))
    return readSettings()
  }

  it('are read with the files that they name and the key of each host, that of a jump host too', async () => {
    const { context, stack, stacked, connections, files } = await read({ 'other:option': 'x' })
    assert.deepEqual([context, stack, stacked], ['lab', 'lonely', []])
    assert.deepEqual(connections['vps-worker-1'], { host: '198.51.100.11', port: 22, user: 'root', hostKey: keys.worker, jump: { host: '198.51.100.2', port: 22, user: 'jump', hostKey: keys.gateway } })
    assert.match(files[path.join(folder, 'apt.asc')]!, /^-----BEGIN PGP PUBLIC KEY BLOCK-----\n/)
  })

  it('come with the tenants that are in stacks of their own', async () => {
    const home = process.cwd()
    mkdirSync(path.join(folder, 'tenants'))
    writeFileSync(path.join(folder, 'tenants', 'lonely.yaml'), "- {stack: 1, name: one, group: 'annex:one'}\n")
    process.chdir(folder)
    try {
      const { stacked, tenants } = await read()
      assert.deepEqual([stacked, tenants].map((list) => list.map(({ name }) => name)), [['one'], ['paas-tenant-1', 'paas-tenant-2']])
    } finally {
      process.chdir(home)
    }
  })

  it('are told all that is wrong with them at once', async () => {
    const wrong = read({ 'annex:knownHosts': path.join(folder, 'nowhere'), 'annex:colour': 'red', 'annex:cluster': undefined, 'kubernetes:context': undefined, 'kubernetes:cluster': 'other' }, '-odd-')
    await assert.rejects(wrong, ({ message }: Error) => {
      assert.match(message, /^Pulumi\.-odd-\.yaml has \d+ faults; nothing was changed:/)
      for (const option of ["the stack's name", 'annex:colour', 'annex:cluster', 'kubernetes:context', 'kubernetes:cluster', 'annex:knownHosts']) assert.ok(message.includes(`\n  ${option} = `), `${option} is not in: ${message}`)
      return true
    })
  })
})
