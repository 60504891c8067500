import assert from 'node:assert/strict'
import { UNKNOWN } from '../../policies/field.ts'
import { only, resource } from './resource.ts'

const { evaluateAll, findings } = only(/^(hosts-host-key|hosts-no-key-in-connection|secrets-.*)$/)

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExample'

describe('policies/hosts: an SSH connection checks whom it talks to, and carries no secret', () => {
  for (const type of ['command:remote:Command', 'command:remote:CopyToRemote', 'command:remote:CopyFile']) {
    it(`passes ${type} with a host key, and refuses it without one`, () => {
      assert.deepEqual(findings(type, { connection: { host: '198.51.100.11', hostKey: KEY } }), [])
      assert.deepEqual(findings(type, { connection: { host: '198.51.100.11' } }), [
        'violation hosts-host-key connection.hostKey',
      ])
    })
  }

  it('refuses an empty host key, which @pulumi/command takes for none', () => {
    assert.deepEqual(findings('command:remote:Command', { connection: { hostKey: ' ' } }), [
      'violation hosts-host-key connection.hostKey',
    ])
  })

  it('refuses a connection that is not there at all', () => {
    assert.deepEqual(findings('command:remote:Command', {}), ['violation hosts-host-key connection.hostKey'])
  })

  it("asks for the jump host's key as well", () => {
    const connection = { hostKey: KEY, proxy: { host: '198.51.100.12' } }
    assert.deepEqual(findings('command:remote:Command', { connection }), [
      'violation hosts-host-key connection.proxy.hostKey',
    ])
    assert.deepEqual(findings('command:remote:Command', { connection: { ...connection, proxy: { hostKey: KEY } } }), [])
  })

  it('refuses keys and passwords for the host and the jump host, and shows none of them', () => {
    const secrets = { privateKey: 'hunter2', privateKeyPassword: 'hunter2', password: 'hunter2', hostKey: KEY }
    const found = evaluateAll(resource('command:remote:Command', { connection: { ...secrets, proxy: secrets } }))
    assert.deepEqual(
      found.map(({ path }) => path),
      ['connection.', 'connection.proxy.'].flatMap((at) =>
        ['privateKey', 'privateKeyPassword', 'password'].map((name) => at + name),
      ),
    )
    assert.ok(!JSON.stringify(found).includes('hunter2'))
  })

  it('says unverifiable for what the preview does not know, field by field', () => {
    assert.deepEqual(findings('command:remote:Command', { connection: UNKNOWN }), [
      'unverifiable hosts-host-key connection',
      'unverifiable hosts-no-key-in-connection connection',
      'unverifiable secrets-no-private-key connection',
    ])
    assert.deepEqual(findings('command:remote:Command', { connection: { hostKey: UNKNOWN, password: 'x' } }), [
      'unverifiable hosts-host-key connection.hostKey',
      'violation hosts-no-key-in-connection connection.password',
      'unverifiable secrets-no-private-key connection.hostKey',
    ])
  })

  it('leaves local commands and other resources alone', () => {
    assert.deepEqual(findings('command:local:Command', { create: 'true' }), [])
    assert.deepEqual(findings('random:index/randomId:RandomId', { byteLength: 8 }), [])
  })
})
