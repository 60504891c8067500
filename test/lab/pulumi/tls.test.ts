import { strict as assert } from 'node:assert'
import { createHash, X509Certificate } from 'node:crypto'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeProvider } from '../../../lab/pulumi/tls/provider.ts'
import { isSecret, reveal } from '../../../lab/pulumi/plugin/values.ts'
import { ask, readRecording, type Recorded } from './recording.ts'

const urn = (type: string) => `urn:pulumi:dev::test::tls:index/${type[0]!.toLowerCase()}${type.slice(1)}:${type}::it`
const create = async (type: string, properties: object): Promise<any> => {
  const { response, error } = await ask(makeProvider(), 'Create', { urn: urn(type), properties })
  assert.ifError(error)
  return { id: response.id, ...(reveal(response.properties) as object) }
}

describe('stand-in for pulumi-resource-tls', () => {
  let folder: string
  before(() => (folder = mkdtempSync(join(tmpdir(), 'annex-tls-'))))
  after(() => rmSync(folder, { recursive: true, force: true }))
  const file = (name: string, content: string) => {
    writeFileSync(join(folder, name), content, { mode: 0o600 })
    return join(folder, name)
  }
  const run = (command: string, ...args: string[]) => execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

  describe('answers what the official plugin answered', () => {
    let made: { key: any; ca: any; request: any }
    before(async () => {
      const key = await create('PrivateKey', { algorithm: 'ECDSA', ecdsaCurve: 'P256' })
      const ca = await create('SelfSignedCert', { privateKeyPem: key.privateKeyPem, isCaCertificate: true, allowedUses: ['cert_signing'], validityPeriodHours: 1, subject: { commonName: 'rec' } })
      made = { key, ca, request: await create('CertRequest', { privateKeyPem: key.privateKeyPem, subject: { commonName: 'leaf' } }) }
    })

    for (const [index, { step, method, request }] of readRecording('tls.jsonl').entries()) {
      it(`${method}${request.preview ? ' (preview)' : ''} ${request.urn.split(':').at(-3)} ${request.urn.split('::').at(-1)} in "${step}" (line ${index + 1})`, async () => {
        const recorded = readRecording('tls.jsonl', (key, value) => (typeof value === 'string' && key.includes('rivateKeyPem') && value.startsWith('<') ? made.key.privateKeyPem : value))[index]!
        // Certificates that expired since would be made again.
        const current = JSON.parse(JSON.stringify(recorded.request).replaceAll(/"validityEndTime":"\d{4}/g, '"validityEndTime":"9999'))
        const answer = await ask(makeProvider(), method, current)
        assert.deepEqual(comparable(answer.response ?? answer, method), comparable(expected(recorded), method))
      })
    }
  })

  it('names a key and its fingerprints as the official plugin does', () => {
    const { response } = readRecording('tls.jsonl').find(({ method, response }) => method === 'Create' && response.properties.algorithm === 'ED25519' && response.id)!
    const { publicKeyPem, publicKeyOpenssh, publicKeyFingerprintMd5, publicKeyFingerprintSha256 } = response.properties
    const blob = Buffer.from(publicKeyOpenssh.split(' ')[1], 'base64')
    assert.equal(createHash('sha1').update(Buffer.from(publicKeyPem.replaceAll(/-----.*-----|\n/g, ''), 'base64')).digest('hex'), response.id)
    assert.equal(`SHA256:${createHash('sha256').update(blob).digest('base64').replace('=', '')}`, publicKeyFingerprintSha256)
    assert.equal(createHash('md5').update(blob).digest('hex').match(/../g)!.join(':'), publicKeyFingerprintMd5)
  })

  for (const inputs of [{ algorithm: 'RSA', rsaBits: 2048 }, { algorithm: 'ED25519' }, ...['P256', 'P384', 'P521'].map((ecdsaCurve) => ({ algorithm: 'ECDSA', ecdsaCurve }))]) {
    const { algorithm, ecdsaCurve = '' } = inputs as { algorithm: string; ecdsaCurve?: string }
    it(`makes ${algorithm} ${ecdsaCurve} keys that OpenSSH and OpenSSL take`, async () => {
      const key = await create('PrivateKey', inputs)
      assert.equal(run('ssh-keygen', '-y', '-f', file('openssh', key.privateKeyOpenssh)).split(' ').slice(0, 2).join(' ').trim(), key.publicKeyOpenssh.trim())
      assert.equal(run('openssl', 'pkey', '-in', file('pem', key.privateKeyPem), '-pubout'), key.publicKeyPem)
      assert.equal(run('openssl', 'pkey', '-in', file('pkcs8', key.privateKeyPemPkcs8), '-pubout'), key.publicKeyPem)
      assert.equal(run('ssh-keygen', '-l', '-f', file('pub', key.publicKeyOpenssh)).split(' ')[1], key.publicKeyFingerprintSha256)
    })

    it(`makes chains of ${algorithm} ${ecdsaCurve} certificates that OpenSSL verifies`, async () => {
      const [caKey, leafKey] = [await create('PrivateKey', inputs), await create('PrivateKey', inputs)]
      const ca = await create('SelfSignedCert', {
        privateKeyPem: caKey.privateKeyPem, isCaCertificate: true, maxPathLength: 0, allowedUses: ['cert_signing', 'crl_signing'], validityPeriodHours: 24, subject: { commonName: 'ca', organization: 'Straße' },
      })
      const request = await create('CertRequest', { privateKeyPem: leafKey.privateKeyPem, subject: { commonName: 'leaf' }, dnsNames: ['a.example'], ipAddresses: ['10.0.0.1', 'fd00::1'], uris: ['spiffe://a/b'] })
      const leaf = await create('LocallySignedCert', {
        certRequestPem: request.certRequestPem, caPrivateKeyPem: caKey.privateKeyPem, caCertPem: ca.certPem, validityPeriodHours: 12, allowedUses: ['digital_signature', 'server_auth'],
      })
      run('openssl', 'req', '-verify', '-noout', '-in', file('request', request.certRequestPem))
      assert.match(run('openssl', 'verify', '-x509_strict', '-purpose', 'sslserver', '-CAfile', file('ca', ca.certPem), file('leaf', leaf.certPem)), /OK/)
      const certificate = new X509Certificate(leaf.certPem)
      assert.equal(certificate.subjectAltName, 'DNS:a.example, IP Address:10.0.0.1, IP Address:FD00:0:0:0:0:0:0:1, URI:spiffe://a/b')
      assert.equal(BigInt(`0x${certificate.serialNumber}`).toString(), leaf.id)
      assert.equal(new X509Certificate(ca.certPem).subject, 'O=Straße\nCN=ca')
    })
  }

  it('keeps private keys secret in inputs and state', async () => {
    const key = await create('PrivateKey', { algorithm: 'ED25519' })
    const checked = await ask(makeProvider(), 'Check', { urn: urn('CertRequest'), news: { privateKeyPem: key.privateKeyPem } })
    assert.ok(isSecret(checked.response.inputs.privateKeyPem))
    const { response } = await ask(makeProvider(), 'Create', { urn: urn('CertRequest'), properties: { privateKeyPem: key.privateKeyPem } })
    assert.ok(isSecret(response.properties.privateKeyPem))
  })

  it('makes a certificate again when its time has come, and only moves the time itself in place', async () => {
    const state = { allowedUses: [], validityPeriodHours: 1, earlyRenewalHours: 0, isCaCertificate: false, setSubjectKeyId: false, setAuthorityKeyId: false, privateKeyPem: 'k' }
    const news = { allowedUses: [], validityPeriodHours: 1, privateKeyPem: 'k' }
    const diff = async (olds: object, more: object = {}) => (await ask(makeProvider(), 'Diff', { id: '1', urn: urn('SelfSignedCert'), olds, news: { ...news, ...more } })).response
    assert.deepEqual((await diff({ ...state, validityEndTime: '2001-01-01T00:00:00Z' })).replaces, ['readyForRenewal'])
    const moved = await diff({ ...state, validityEndTime: '2999-01-01T00:00:00Z' }, { earlyRenewalHours: 2 })
    assert.deepEqual([moved.diffs, moved.replaces], [['earlyRenewalHours'], []])
  })
})

function expected({ response, errors }: Recorded): unknown {
  return errors?.length ? { error: errors[0] } : response
}

/** Not only its length: one in 300 serial numbers has 36 digits. */
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Keys, certificates and times by their kind. */
function comparable(answer: any, method: string): any {
  const text = JSON.stringify(answer, (key, value) => {
    if (typeof value !== 'string') return value
    if (value.startsWith('-----BEGIN') || value.startsWith('<private')) return value.includes('PRIVATE') || value.startsWith('<') ? '<private key>' : value.split('\n')[0]
    if (method !== 'Create') return value.replace(/^9999/, '2026')
    if (/^(validity.*Time|publicKeyFingerprint.*|id)$/.test(key)) return uuid.test(value) ? value : `<${key}>`
    return key === 'publicKeyOpenssh' ? value.split(' ')[0] : value
  })
  return Object.fromEntries(Object.entries(JSON.parse(text)).filter(([key, value]) => value !== '<id>' && value !== '' && value !== 'DIFF_UNKNOWN' && (key === 'inputs' || !(typeof value === 'object' && Object.keys(value as object).length === 0))))
}
