/**
 * Key pairs in the spellings that a PrivateKey resource gives.
 */
import { createHash, createPrivateKey, createPublicKey, generateKeyPair, randomBytes, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import type { Properties } from '../plugin/values.ts'
import { pem } from './der.ts'

export const ALGORITHMS = ['RSA', 'ECDSA', 'ED25519']
export const CURVES: { [name: string]: string } = { P224: 'secp224r1', P256: 'prime256v1', P384: 'secp384r1', P521: 'secp521r1' }

export async function makeKey({ algorithm, ecdsaCurve, rsaBits }: Properties): Promise<KeyObject> {
  const generate = promisify(generateKeyPair) as unknown as (type: string, options: object) => Promise<{ privateKey: KeyObject }>
  const options = { RSA: ['rsa', { modulusLength: rsaBits }], ECDSA: ['ec', { namedCurve: CURVES[String(ecdsaCurve)] }], ED25519: ['ed25519', {}] }[String(algorithm)] as [string, object]
  return (await generate(...options)).privateKey
}

/** @throws when it is no private key in PEM */
export function readKey(text: string): KeyObject {
  return createPrivateKey(text)
}

/** RSA, ECDSA or ED25519. */
export function algorithmOf({ asymmetricKeyType }: KeyObject): string {
  return { rsa: 'RSA', ec: 'ECDSA', ed25519: 'ED25519' }[String(asymmetricKeyType)] ?? String(asymmetricKeyType)
}

/** What a PrivateKey resource says about its key. */
export function describeKey(key: KeyObject): { id: string; outputs: Properties } {
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' })
  const blob = sshPublicBlob(key)
  const fingerprint = (hash: string) => createHash(hash).update(blob!).digest()
  return {
    id: createHash('sha1').update(spki).digest('hex'),
    outputs: {
      privateKeyPem: key.export({ type: key.asymmetricKeyType === 'rsa' ? 'pkcs1' : key.asymmetricKeyType === 'ec' ? 'sec1' : 'pkcs8', format: 'pem' }).toString(),
      privateKeyPemPkcs8: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
      publicKeyPem: pem('PUBLIC KEY', spki),
      // OpenSSH knows no P224.
      privateKeyOpenssh: blob ? sshPrivateKey(key, blob) : '',
      publicKeyOpenssh: blob ? `${sshType(blob)} ${blob.toString('base64')}\n` : '',
      publicKeyFingerprintMd5: blob ? fingerprint('md5').toString('hex').match(/../g)!.join(':') : '',
      publicKeyFingerprintSha256: blob ? `SHA256:${fingerprint('sha256').toString('base64').replace(/=+$/, '')}` : '',
    },
  }
}

const SSH_CURVES: { [jwk: string]: string } = { 'P-256': 'nistp256', 'P-384': 'nistp384', 'P-521': 'nistp521' }

/** RFC 4253, RFC 5656, RFC 8709. */
function sshPublicBlob(key: KeyObject): Buffer | undefined {
  const { n, e, crv, x, y } = jwk(key)
  if (key.asymmetricKeyType === 'rsa') return Buffer.concat([string('ssh-rsa'), number(e!), number(n!)])
  if (key.asymmetricKeyType === 'ed25519') return Buffer.concat([string('ssh-ed25519'), string(x!)])
  const curve = SSH_CURVES[String(crv)]
  return curve === undefined ? undefined : Buffer.concat([string(`ecdsa-sha2-${curve}`), string(curve), string(Buffer.concat([Buffer.from([4]), x!, y!]))])
}

/** PROTOCOL.key of OpenSSH, without encryption. */
function sshPrivateKey(key: KeyObject, publicBlob: Buffer): string {
  const { n, e, d, p, q, qi, x } = jwk(key)
  const check = randomBytes(4)
  const secrets =
    key.asymmetricKeyType === 'rsa'
      ? [string('ssh-rsa'), number(n!), number(e!), number(d!), number(qi!), number(p!), number(q!)]
      : key.asymmetricKeyType === 'ed25519'
        ? [publicBlob, string(Buffer.concat([d!, x!]))]
        : [publicBlob, number(d!)]
  const plain = Buffer.concat([check, check, ...secrets, string('')])
  const padding = Buffer.from(Array.from({ length: (8 - (plain.length % 8)) % 8 }, (_, i) => i + 1))
  const one = Buffer.from([0, 0, 0, 1])
  const body = [Buffer.from('openssh-key-v1\0'), string('none'), string('none'), string(''), one, string(publicBlob), string(Buffer.concat([plain, padding]))]
  return pem('OPENSSH PRIVATE KEY', Buffer.concat(body))
}

function jwk(key: KeyObject): { [name: string]: Buffer } {
  // P224 has no name in JWK.
  if (key.asymmetricKeyDetails?.namedCurve === 'secp224r1') return {}
  const entries = Object.entries(key.export({ format: 'jwk' })) as [string, string][]
  return Object.fromEntries(entries.map(([name, value]) => [name, name === 'crv' || name === 'kty' ? Buffer.from(value) : Buffer.from(value, 'base64url')]))
}

function sshType(blob: Buffer): string {
  return blob.toString('latin1', 4, 4 + blob.readUInt32BE(0))
}

function string(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value as string)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}

function number(bytes: Buffer): Buffer {
  return string(bytes[0]! & 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes)
}
