/**
 * The resources of the random provider: every input replaces, and nothing but the state knows the result.
 */
import { randomBytes, randomInt } from 'node:crypto'
import type { Input, ResourceTable } from '../bridge/bridge.ts'
import type { Properties } from '../plugin/values.ts'
import { bcryptHash } from './bcrypt.ts'
import { randomText, TEXT_INPUTS, textFaults } from './text.ts'
import { petName } from './words.ts'

const KEEPERS: { keepers: Input } = { keepers: { type: 'map' } }

export const RESOURCES: { [type: string]: ResourceTable } = {
  'random:index/randomId:RandomId': {
    inputs: { byteLength: { type: 'number', required: true }, ...KEEPERS, prefix: { type: 'string' } },
    outputs: { b64Std: {}, b64Url: {}, dec: {}, hex: {} },
    idInState: true,
    async create({ byteLength, prefix = '' }) {
      const bytes = randomBytes(Number(byteLength))
      const id = bytes.toString('base64url')
      const dec = bytes.length > 0 ? BigInt(`0x${bytes.toString('hex')}`).toString() : '0'
      return { id, outputs: { b64Std: prefix + bytes.toString('base64'), b64Url: prefix + id, dec: prefix + dec, hex: prefix + bytes.toString('hex') } }
    },
  },
  'random:index/randomBytes:RandomBytes': {
    inputs: { ...KEEPERS, length: { type: 'number', required: true } },
    outputs: { base64: { secret: true }, hex: { secret: true } },
    idInState: false,
    async create({ length }) {
      const bytes = randomBytes(Number(length))
      return { id: bytes.toString('base64'), outputs: { base64: bytes.toString('base64'), hex: bytes.toString('hex') } }
    },
  },
  'random:index/randomUuid:RandomUuid': {
    inputs: KEEPERS,
    outputs: { result: {} },
    idInState: true,
    async create() {
      // Not of version 4: the official plugin's are 16 random bytes in this spelling too.
      const id = randomBytes(16).toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
      return { id, outputs: { result: id } }
    },
  },
  'random:index/randomInteger:RandomInteger': {
    inputs: { ...KEEPERS, max: { type: 'number', required: true }, min: { type: 'number', required: true }, seed: { type: 'string' } },
    outputs: { result: {} },
    idInState: true,
    faults: ({ min, max, seed }) => [
      ...(Number(min) > Number(max) ? [{ property: 'min', reason: `The minimum (min) value needs to be smaller than or equal to maximum (max) value: ${min} > ${max}` }] : []),
      ...(seed === undefined ? [] : [{ property: 'seed', reason: "the lab's stand-in for pulumi-resource-random does not cover seed: it could not give the number that the official plugin gives" }]),
    ],
    async create({ min, max }) {
      const result = randomInt(Number(min), Number(max) + 1)
      return { id: String(result), outputs: { result } }
    },
  },
  'random:index/randomPet:RandomPet': {
    inputs: { ...KEEPERS, length: { type: 'number', default: 2 }, prefix: { type: 'string' }, separator: { type: 'string', default: '-' } },
    outputs: {},
    idInState: true,
    async create({ length, prefix, separator }) {
      const words = [...(prefix === undefined ? [] : [String(prefix)]), ...petName(Number(length))]
      return { id: words.join(String(separator)), outputs: {} }
    },
  },
  'random:index/randomString:RandomString': {
    inputs: { ...KEEPERS, ...TEXT_INPUTS },
    outputs: { result: {} },
    schemaVersion: 2,
    idInState: true,
    faults: textFaults,
    async create(inputs) {
      const result = randomText(inputs)
      return { id: result, outputs: { ...sameNumeric(inputs), result } }
    },
  },
  'random:index/randomPassword:RandomPassword': {
    inputs: { ...KEEPERS, ...TEXT_INPUTS },
    outputs: { bcryptHash: { secret: true }, result: { secret: true } },
    schemaVersion: 3,
    idInState: true,
    faults: textFaults,
    async create(inputs) {
      const result = randomText(inputs)
      return { id: 'none', outputs: { ...sameNumeric(inputs), bcryptHash: await bcryptHash(result), result } }
    },
  },
}

/** `number` is the old name of `numeric`: both always say the same. */
function sameNumeric({ number, numeric }: Properties): Properties {
  const value = number !== false && numeric !== false
  return { number: value, numeric: value }
}
