import assert from 'node:assert/strict'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { UNKNOWN } from '../../policies/field.ts'
import { only, resource } from './resource.ts'

const { evaluateAll, findings } = only(/^(secrets|hosts-no-key|hosts-host-key)/)

const RULE = 'secrets-no-private-key'
const TYPE = 'kubernetes:core/v1:ConfigMap'

// Made here, so that no file of the repository holds the text of a key.
const wireguard = randomBytes(32).toString('base64')
const pem = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString()
const header = (name: string) =>
  `-----BEGIN ${name}-----\n${randomBytes(48).toString('base64')}\n-----END ${name}-----\n`
const base64 = (text: string) => Buffer.from(text).toString('base64')
const kubeconfig = `users:\n- name: admin\n  user:\n    client-certificate-data: ${base64('cert')}\n    client-key-data: ${base64(pem)}\n`

const KEYS: Record<string, string> = {
  'a PKCS#8 key': pem,
  'a key inside other text': `#!/bin/sh\ncat > key <<EOF\n${pem}EOF\n`,
  'an RSA key': header('RSA PRIVATE KEY'),
  'an EC key': header('EC PRIVATE KEY'),
  'an encrypted key': header('ENCRYPTED PRIVATE KEY'),
  'an OpenSSH key': header('OPENSSH PRIVATE KEY'),
  'a PGP key': header('PGP PRIVATE KEY BLOCK'),
  'a key with escaped line breaks': JSON.stringify({ key: pem }),
  'a key in base64': base64(pem),
  'a key in base64 inside a manifest': `data:\n  tls.key: ${base64(pem)}\n`,
  'a kubeconfig in base64 inside a manifest': `data:\n  kubeconfig: ${base64(kubeconfig)}\n`,
  'a WireGuard configuration': `[Interface]\nPrivateKey = ${wireguard}\nListenPort = 51820\n`,
  'a WireGuard configuration in base64': base64(`[Interface]\nAddress=10.0.0.1/32\nPrivateKey=${wireguard}\n`),
  'a WireGuard key in JSON': JSON.stringify(JSON.stringify({ privateKey: wireguard })),
  'a kubeconfig': kubeconfig,
  'a kubeconfig in JSON': JSON.stringify({ users: [{ user: { 'client-key-data': base64(pem) } }] }),
  'an age identity': `AGE-SECRET-KEY-1${'Q'.repeat(58)}`,
  'a PuTTY key': `${'PuTTY'}-User-Key-File-3: ssh-ed25519\n`,
}

const HARMLESS: Record<string, string> = {
  'a certificate': header('CERTIFICATE'),
  'a certificate in base64': base64(header('CERTIFICATE')),
  'a public key': header('PUBLIC KEY'),
  'an SSH public key': `ssh-ed25519 ${randomBytes(51).toString('base64')}`,
  'a WireGuard public key': `PublicKey = ${wireguard}\nAllowedIPs = 10.100.0.11/32\n`,
  'a script that makes a WireGuard key':
    'wg genkey >/etc/wireguard/wg0.key\necho "PrivateKey = $(cat /etc/wireguard/wg0.key)"\n',
  'a kubeconfig without a key':
    'users:\n- name: me\n  user:\n    client-certificate-data: Y2VydA==\n    exec: {command: aws}\n',
  'a digest': `sha256:${randomBytes(32).toString('hex')}`,
  'base64 of something else': randomBytes(300).toString('base64'),
}

describe('policies/secrets: no resource holds a private key', () => {
  for (const [name, text] of Object.entries(KEYS)) {
    it(`refuses ${name}, says where, and does not show it`, () => {
      const found = evaluateAll(resource(TYPE, { data: { a: 'x', 'the.key': [{ text }] } }))
      assert.deepEqual(
        found.map(({ verdict, path }) => `${verdict} ${path}`),
        ['violation data["the.key"][0].text'],
      )
      const told = JSON.stringify(found.map(({ message, path, resource: on }) => [message, path, on]))
      for (const line of text.split(/\\*n|\n/).filter((part) => part.length >= 20)) {
        assert.ok(!told.includes(line.slice(-20)), `the finding shows a part of the key: ${told}`)
      }
    })
  }

  for (const [name, text] of Object.entries(HARMLESS)) {
    it(`passes ${name}`, () => assert.deepEqual(findings(TYPE, { data: { text } }), []))
  }

  for (const type of [
    'command:remote:Command',
    'random:index/randomPassword:RandomPassword',
    'pulumi:providers:kubernetes',
    'example:index:Component',
    '',
  ]) {
    it(`looks at resources of any type: "${type}"`, () => {
      assert.ok(
        findings(type, { stdin: pem, connection: { hostKey: 'ssh-ed25519 AAAA' } }).includes(`violation ${RULE} stdin`),
      )
    })
  }

  it('knows a key by the name of its field', () => {
    assert.deepEqual(findings(TYPE, { spec: { privateKey: wireguard, publicKey: wireguard } }), [
      `violation ${RULE} spec.privateKey`,
    ])
    assert.deepEqual(findings(TYPE, { user: { 'client-key-data': base64(pem) } }), [
      `violation ${RULE} user.client-key-data`,
    ])
    assert.deepEqual(findings(TYPE, { user: { clientKeyData: base64('anything of some length') } }), [
      `violation ${RULE} user.clientKeyData`,
    ])
  })

  it("refuses a key in a property's name and does not show it in the path", () => {
    const [finding] = evaluateAll(resource(TYPE, { data: { [pem]: 'x' } }))
    assert.equal(finding?.path, `data["(${pem.length} characters)"]`)
  })

  it('refuses tls.PrivateKey before it has made a key', () => {
    assert.deepEqual(findings('tls:index/privateKey:PrivateKey', { algorithm: 'ED25519' }), [
      `violation ${RULE} (the whole resource)`,
    ])
  })

  it('tells once per resource what it could not see', () => {
    const [finding, ...others] = evaluateAll(resource(TYPE, { data: { a: UNKNOWN, b: 'x', c: UNKNOWN, d: [UNKNOWN] } }))
    assert.deepEqual(others, [])
    assert.equal(finding?.verdict, 'unverifiable')
    assert.match(finding?.message ?? '', /^data\.a and 2 more are not known before the update\. /)
  })

  it('reads a megabyte of whatever text in linear time', () => {
    const parts = [
      ' ',
      'A',
      '=',
      '"',
      '-----BEGIN ',
      'A ',
      'LS0tLS1CRUdJTi',
      'privateKey',
      'client-key-data:',
      'AGE-SECRET-KEY-1',
      '\n',
    ]
    for (const start of ['', 'privateKey', 'client-key-data:', '-----BEGIN ']) {
      for (const part of parts) {
        const text = `${start}${part.repeat(1_000_000 / part.length)}!`
        assert.ok(findings(TYPE, { key: text }).length <= 1, `${start} ${part}`)
      }
    }
  })

  it('finds a key wherever it is put, and shows it nowhere', () => {
    const texts = fc.constantFrom(...Object.values(KEYS))
    const around = fc.letrec<{ node: unknown }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 6 },
        texts.map((text) => ({ text })),
        fc.tuple(fc.string({ maxLength: 12 }), tie('node')).map(([key, value]) => ({ other: 'x', [`k${key}`]: value })),
        tie('node').map((value) => [null, 1, value]),
      ),
    }))
    fc.assert(
      fc.property(around.node, (properties) => {
        const found = evaluateAll(resource('example:index:Any', { properties }))
        assert.equal(found.filter(({ verdict }) => verdict === 'violation').length, 1)
        const told = JSON.stringify(found.map(({ message, path }) => [message, path]))
        assert.ok(!told.includes(wireguard) && !told.includes(pem.split('\n')[1]!))
      }),
    )
  })
})
