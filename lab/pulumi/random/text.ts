/**
 * Random text of asked-for kinds of characters.
 */
import { randomInt } from 'node:crypto'
import type { Input } from '../bridge/bridge.ts'
import type { CheckFailure } from '../plugin/provider.ts'
import type { Properties } from '../plugin/values.ts'

const no: Input = { type: 'number', default: 0 }
const yes: Input = { type: 'boolean', default: true }

export const TEXT_INPUTS: { [name: string]: Input } = {
  length: { type: 'number', required: true },
  lower: yes,
  minLower: no,
  minNumeric: no,
  minSpecial: no,
  minUpper: no,
  number: yes,
  numeric: yes,
  overrideSpecial: { type: 'string' },
  special: yes,
  upper: yes,
}

export function textFaults(inputs: Properties): CheckFailure[] {
  const minimum = ['minLower', 'minUpper', 'minNumeric', 'minSpecial'].reduce((sum, key) => sum + Number(inputs[key] ?? 0), 0)
  const length = Number(inputs.length)
  if (length < 1) return [{ property: 'length', reason: `Attribute length value must be at least 1, got: ${length}` }]
  if (length < minimum) return [{ property: 'length', reason: `Attribute length value must be at least sum of minUpper + minLower + minNumeric + minSpecial (${minimum}), got: ${length}` }]
  return []
}

/** @throws when no kind of character is allowed */
export function randomText(inputs: Properties): string {
  const kinds = [
    { allowed: inputs.special, minimum: inputs.minSpecial, characters: String(inputs.overrideSpecial ?? '!@#$%&*()-_=+[]{}<>:?') },
    { allowed: inputs.upper, minimum: inputs.minUpper, characters: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ' },
    { allowed: inputs.lower, minimum: inputs.minLower, characters: 'abcdefghijklmnopqrstuvwxyz' },
    { allowed: inputs.numeric !== false && inputs.number !== false, minimum: inputs.minNumeric, characters: '0123456789' },
  ]
  const all = kinds.filter(({ allowed }) => allowed).map(({ characters }) => characters).join('')
  if (all === '') throw new Error('the character set specified is empty: allow one of upper, lower, numeric and special')
  const text = kinds.flatMap(({ minimum, characters }) => pick(characters, Number(minimum)))
  text.push(...pick(all, Number(inputs.length) - text.length))
  return shuffle(text).join('')
}

function pick(characters: string, count: number): string[] {
  return Array.from({ length: Math.max(count, 0) }, () => characters[randomInt(characters.length)]!)
}

function shuffle(items: string[]): string[] {
  for (let i = items.length - 1; i > 0; i--) {
    const j = randomInt(i + 1)
    const other = items[j]!
    items[j] = items[i]!
    items[i] = other
  }
  return items
}
