/**
 * X.509 certificates (RFC 5280) and requests for them (RFC 2986).
 */
import { createHash, createPublicKey, randomBytes, sign, type KeyObject } from 'node:crypto'
import { isIPv4, isIPv6 } from 'node:net'
import ipaddr from 'ipaddr.js'
import type { Properties } from '../plugin/values.ts'
import { bits, boolean, children, fromPem, ia5, implicit, integer, nothing, objectId, octets, pem, read, sequence, set, tagged, text, time, type Element } from './der.ts'

export interface Names {
  dnsNames?: string[]
  ipAddresses?: string[]
  uris?: string[]
}

export interface Wish {
  /** DER of a Name. */
  subject: Buffer
  /** DER of the public key. */
  publicKey: Buffer
  /** DER of the alternative names, when there are any. */
  names: Buffer | undefined
  allowedUses: string[]
  isCa: boolean
  maxPathLength: number | undefined
  withSubjectKeyId: boolean
  start: Date
  end: Date
}

export interface Issuer {
  key: KeyObject
  /** DER of a Name. */
  subject: Buffer
  keyId: Buffer | undefined
}

const KEY_USES = ['digital_signature', 'content_commitment', 'key_encipherment', 'data_encipherment', 'key_agreement', 'cert_signing', 'crl_signing', 'encipher_only', 'decipher_only']
const EXTENDED_USES: { [name: string]: string } = {
  any_extended: '2.5.29.37.0',
  ...Object.fromEntries(
    ['server_auth', 'client_auth', 'code_signing', 'email_protection', 'ipsec_end_system', 'ipsec_tunnel', 'ipsec_user', 'timestamping', 'ocsp_signing'].map((name, i) => [name, `1.3.6.1.5.5.7.3.${i + 1}`]),
  ),
  microsoft_server_gated_crypto: '1.3.6.1.4.1.311.10.3.3',
  netscape_server_gated_crypto: '2.16.840.1.113730.4.1',
}
export const USES = [...KEY_USES, ...Object.keys(EXTENDED_USES)]

const SUBJECT: [field: string, type: string][] = [
  ['country', '2.5.4.6'], ['organization', '2.5.4.10'], ['organizationalUnit', '2.5.4.11'], ['locality', '2.5.4.7'], ['province', '2.5.4.8'],
  ['streetAddresses', '2.5.4.9'], ['postalCode', '2.5.4.17'], ['commonName', '2.5.4.3'], ['serialNumber', '2.5.4.5'], ['emailAddress', '1.2.840.113549.1.9.1'],
]
const EXTENSION = { subjectKeyId: '2.5.29.14', keyUsage: '2.5.29.15', names: '2.5.29.17', basicConstraints: '2.5.29.19', authorityKeyId: '2.5.29.35', extendedKeyUsage: '2.5.29.37' }
const EXTENSION_REQUEST = '1.2.840.113549.1.9.14'

/** @returns the certificate and its serial number in decimal */
export function signCertificate(wish: Wish, issuer: Issuer): { certPem: string; serial: string } {
  const serial = randomBytes(16)
  const algorithm = signatureAlgorithm(issuer.key)
  const body = sequence(
    tagged(0, integer(Buffer.from([2]))),
    integer(serial),
    algorithm.id,
    issuer.subject,
    sequence(time(wish.start), time(wish.end)),
    wish.subject,
    wish.publicKey,
    tagged(3, sequence(...extensions(wish, issuer))),
  )
  return { certPem: pem('CERTIFICATE', signed(body, issuer.key)), serial: BigInt(`0x${serial.toString('hex')}`).toString() }
}

export function signRequest(subject: Buffer, names: Buffer | undefined, key: KeyObject): string {
  const asked = names ? [sequence(objectId(EXTENSION_REQUEST), set(sequence(extension(EXTENSION.names, names))))] : []
  const body = sequence(integer(Buffer.from([0])), subject, publicKeyDer(key), tagged(0, ...asked))
  return pem('CERTIFICATE REQUEST', signed(body, key))
}

/** What a request asks for. @throws when it cannot be read */
export function readRequest(requestPem: string): Pick<Wish, 'subject' | 'publicKey' | 'names'> {
  const [info] = children(read(fromPem('CERTIFICATE REQUEST', requestPem)))
  const [, subject, publicKey, attributes] = children(info!)
  const asked = attributes && children(attributes).find((attribute) => isType(attribute, EXTENSION_REQUEST))
  const list = asked ? children(children(children(asked)[1]!)[0]!) : []
  return { subject: subject!.whole, publicKey: publicKey!.whole, names: extensionValue(list, EXTENSION.names) }
}

/** The name and key id of a certificate that signs others. @throws when it cannot be read */
export function readIssuer(certPem: string, key: KeyObject): Issuer {
  const [body] = children(read(fromPem('CERTIFICATE', certPem)))
  const fields = children(body!)
  const list = fields.find(({ tag }) => tag === 0xa3)
  const keyId = list && extensionValue(children(children(list)[0]!), EXTENSION.subjectKeyId)
  return { key, subject: fields[5]!.whole, keyId: keyId && read(keyId).content }
}

export function subjectName(subject: Properties | undefined): Buffer {
  const parts = SUBJECT.flatMap(([field, type]) => {
    const value = subject?.[field]
    const values = Array.isArray(value) ? value.map(String) : value === undefined || value === '' ? [] : [String(value)]
    const write = field === 'emailAddress' ? ia5 : text
    return values.length > 0 ? [set(...values.map((item) => sequence(objectId(type), write(item))))] : []
  })
  return sequence(...parts)
}

export function alternativeNames({ dnsNames = [], ipAddresses = [], uris = [] }: Names): Buffer | undefined {
  const names = [
    ...dnsNames.map((name) => implicit(2, Buffer.from(name))),
    ...ipAddresses.map((address) => implicit(7, Buffer.from(ipaddr.parse(address).toByteArray()))),
    ...uris.map((uri) => implicit(6, Buffer.from(uri))),
  ]
  return names.length > 0 ? sequence(...names) : undefined
}

export function isAddress(address: string): boolean {
  return isIPv4(address) || isIPv6(address)
}

export function publicKeyDer(key: KeyObject): Buffer {
  return createPublicKey(key).export({ type: 'spki', format: 'der' })
}

/** SHA-1 of the public key's bits (RFC 5280, 4.2.1.2). */
export function keyId(publicKey: Buffer): Buffer {
  const bitString = children(read(publicKey))[1]!
  return createHash('sha1').update(bitString.content.subarray(1)).digest()
}

function extensions({ allowedUses, isCa, maxPathLength, withSubjectKeyId, publicKey, names }: Wish, issuer: Issuer): Buffer[] {
  const extended = allowedUses.filter((use) => EXTENDED_USES[use])
  const keyUsage = usageBits(allowedUses)
  const constraints = isCa ? [boolean(true), ...(maxPathLength === undefined ? [] : [integer(Buffer.from([maxPathLength]))])] : []
  return [
    ...(keyUsage ? [extension(EXTENSION.keyUsage, keyUsage, true)] : []),
    ...(extended.length > 0 ? [extension(EXTENSION.extendedKeyUsage, sequence(...extended.map((use) => objectId(EXTENDED_USES[use]!))))] : []),
    extension(EXTENSION.basicConstraints, sequence(...constraints), true),
    ...(isCa || withSubjectKeyId ? [extension(EXTENSION.subjectKeyId, octets(keyId(publicKey)))] : []),
    ...(issuer.keyId ? [extension(EXTENSION.authorityKeyId, sequence(implicit(0, issuer.keyId)))] : []),
    ...(names ? [extension(EXTENSION.names, names)] : []),
  ]
}

function usageBits(uses: string[]): Buffer | undefined {
  const set = KEY_USES.map((use, i) => (uses.includes(use) ? i : -1)).filter((i) => i >= 0)
  if (set.length === 0) return undefined
  const bytes = Buffer.alloc(Math.floor(set.at(-1)! / 8) + 1)
  for (const bit of set) bytes[bit >> 3]! |= 0x80 >> (bit & 7)
  return bits(bytes, 7 - (set.at(-1)! & 7))
}

function extension(type: string, value: Buffer, critical = false): Buffer {
  return sequence(objectId(type), ...(critical ? [boolean(true)] : []), octets(value))
}

function extensionValue(list: Element[], type: string): Buffer | undefined {
  const found = list.find((item) => isType(item, type))
  return found && children(found).at(-1)!.content
}

function isType(item: Element, type: string): boolean {
  return children(item)[0]!.whole.equals(objectId(type))
}

function signed(body: Buffer, key: KeyObject): Buffer {
  const { id, hash } = signatureAlgorithm(key)
  return sequence(body, id, bits(sign(hash, body, key)))
}

function signatureAlgorithm(key: KeyObject): { id: Buffer; hash: string | null } {
  if (key.asymmetricKeyType === 'rsa') return { id: sequence(objectId('1.2.840.113549.1.1.11'), nothing), hash: 'sha256' }
  if (key.asymmetricKeyType === 'ed25519') return { id: sequence(objectId('1.3.101.112')), hash: null }
  const curve = key.asymmetricKeyDetails?.namedCurve
  const [type, hash] = curve === 'secp384r1' ? ['1.2.840.10045.4.3.3', 'sha384'] : curve === 'secp521r1' ? ['1.2.840.10045.4.3.4', 'sha512'] : ['1.2.840.10045.4.3.2', 'sha256']
  return { id: sequence(objectId(type!)), hash: hash! }
}
