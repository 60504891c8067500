/**
 * The resources of the tls provider.
 */
import { createHash } from 'node:crypto'
import type { Input, ResourceTable } from '../bridge/bridge.ts'
import type { CheckFailure } from '../plugin/provider.ts'
import { isUnknown, type Properties, type Value } from '../plugin/values.ts'
import { alternativeNames, isAddress, keyId, publicKeyDer, readIssuer, readRequest, signCertificate, signRequest, subjectName, USES, type Wish } from './certificate.ts'
import { fromPem } from './der.ts'
import { ALGORITHMS, algorithmOf, CURVES, describeKey, makeKey, readKey } from './keys.ts'

const TEXT: Input = { type: 'string' }
const SUBJECT: Input = {
  type: 'object',
  fields: {
    commonName: 'string', country: 'string', emailAddress: 'string', locality: 'string', organization: 'string', organizationalUnit: 'string',
    postalCode: 'string', province: 'string', serialNumber: 'string', streetAddresses: 'list',
  },
}
const PRIVATE_KEY: Input = { type: 'string', required: true, secret: true }
const NAMES: { [name: string]: Input } = { dnsNames: { type: 'list' }, ipAddresses: { type: 'list' }, subject: SUBJECT, uris: { type: 'list' } }
const VALIDITY: { [name: string]: Input } = {
  allowedUses: { type: 'list', required: true },
  earlyRenewalHours: { type: 'number', default: 0, updatable: true },
  isCaCertificate: { type: 'boolean', default: false },
  maxPathLength: { type: 'number' },
  setSubjectKeyId: { type: 'boolean', default: false },
  validityPeriodHours: { type: 'number', required: true },
}
const SIGNED: ResourceTable['outputs'] = { certPem: {}, readyForRenewal: { preview: false }, validityEndTime: {}, validityStartTime: {} }

export const RESOURCES: { [type: string]: ResourceTable } = {
  'tls:index/privateKey:PrivateKey': {
    inputs: { algorithm: { ...TEXT, required: true }, ecdsaCurve: { ...TEXT, default: 'P224' }, rsaBits: { type: 'number', default: 2048 } },
    outputs: {
      privateKeyOpenssh: { secret: true }, privateKeyPem: { secret: true }, privateKeyPemPkcs8: { secret: true },
      publicKeyFingerprintMd5: {}, publicKeyFingerprintSha256: {}, publicKeyOpenssh: {}, publicKeyPem: {},
    },
    schemaVersion: 1,
    idInState: true,
    faults: ({ algorithm, ecdsaCurve }) => [...oneOf('algorithm', algorithm, ALGORITHMS), ...oneOf('ecdsaCurve', ecdsaCurve, Object.keys(CURVES))],
    create: async (inputs) => describeKey(await makeKey(inputs)),
  },
  'tls:index/certRequest:CertRequest': {
    inputs: { ...NAMES, privateKeyPem: PRIVATE_KEY },
    outputs: { certRequestPem: {}, keyAlgorithm: {} },
    idInState: true,
    faults: nameFaults,
    async create(inputs) {
      const key = readKey(String(inputs.privateKeyPem))
      const certRequestPem = signRequest(subjectName(inputs.subject as Properties), alternativeNames(inputs as object), key)
      const id = createHash('sha1').update(fromPem('CERTIFICATE REQUEST', certRequestPem)).digest('hex')
      return { id, outputs: { certRequestPem, keyAlgorithm: algorithmOf(key) } }
    },
  },
  'tls:index/selfSignedCert:SelfSignedCert': {
    inputs: { ...NAMES, ...VALIDITY, privateKeyPem: PRIVATE_KEY, setAuthorityKeyId: { type: 'boolean', default: false } },
    outputs: { ...SIGNED, keyAlgorithm: {} },
    nullOutputs: ['maxPathLength'],
    idInState: true,
    faults: (inputs) => [...nameFaults(inputs), ...useFaults(inputs)],
    isExpired,
    async create(inputs) {
      const key = readKey(String(inputs.privateKeyPem))
      const publicKey = publicKeyDer(key)
      const subject = subjectName(inputs.subject as Properties)
      const issuer = { key, subject, keyId: inputs.setAuthorityKeyId ? keyId(publicKey) : undefined }
      return issue({ ...wish(inputs), subject, publicKey, names: alternativeNames(inputs as object) }, issuer, { keyAlgorithm: algorithmOf(key) })
    },
  },
  'tls:index/locallySignedCert:LocallySignedCert': {
    inputs: { ...VALIDITY, caCertPem: { ...TEXT, required: true }, caPrivateKeyPem: PRIVATE_KEY, certRequestPem: { ...TEXT, required: true } },
    outputs: { ...SIGNED, caKeyAlgorithm: {} },
    nullOutputs: ['maxPathLength'],
    idInState: true,
    faults: useFaults,
    isExpired,
    async create(inputs) {
      const key = readKey(String(inputs.caPrivateKeyPem))
      const issuer = readIssuer(String(inputs.caCertPem), key)
      return issue({ ...wish(inputs), ...readRequest(String(inputs.certRequestPem)) }, issuer, { caKeyAlgorithm: algorithmOf(key) })
    },
  },
}

const HOUR = 3_600_000

function wish({ allowedUses, isCaCertificate, maxPathLength, setSubjectKeyId, validityPeriodHours }: Properties) {
  const start = new Date()
  return {
    allowedUses: allowedUses as string[],
    isCa: isCaCertificate === true,
    maxPathLength: maxPathLength as number | undefined,
    withSubjectKeyId: setSubjectKeyId === true,
    start,
    end: new Date(start.getTime() + Number(validityPeriodHours) * HOUR),
  }
}

function issue(wish: Wish, issuer: Parameters<typeof signCertificate>[1], more: Properties): { id: string; outputs: Properties } {
  const { certPem, serial } = signCertificate(wish, issuer)
  return { id: serial, outputs: { ...more, certPem, readyForRenewal: false, validityStartTime: wish.start.toISOString(), validityEndTime: wish.end.toISOString() } }
}

/** A certificate is made again this many hours before it ends. */
function isExpired({ validityEndTime, earlyRenewalHours }: Properties): boolean {
  return Date.now() >= Date.parse(String(validityEndTime)) - Number(earlyRenewalHours) * HOUR
}

function oneOf(property: string, value: Value | undefined, allowed: string[]): CheckFailure[] {
  if (value === undefined || isUnknown(value) || allowed.includes(String(value))) return []
  return [{ property, reason: `${JSON.stringify(value)} is none of ${allowed.join(', ')}` }]
}

function useFaults({ allowedUses, validityPeriodHours }: Properties): CheckFailure[] {
  const uses = Array.isArray(allowedUses) ? allowedUses : []
  return [
    ...uses.flatMap((use) => oneOf('allowedUses', use, USES)),
    ...(Number(validityPeriodHours) < 0 ? [{ property: 'validityPeriodHours', reason: `must be 0 or more, got ${String(validityPeriodHours)}` }] : []),
  ]
}

function nameFaults({ ipAddresses }: Properties): CheckFailure[] {
  const addresses = Array.isArray(ipAddresses) ? ipAddresses : []
  return addresses
    .filter((address) => !isUnknown(address) && !isAddress(String(address)))
    .map((address) => ({ property: 'ipAddresses', reason: `${JSON.stringify(address)} is no IP address` }))
}
