import { UNKNOWN } from '../../field.ts'
import { type Fault, type Resource, type ResourceRule, unverifiable, violation } from '../../rule.ts'

export const noPrivateKey: ResourceRule = {
  id: 'secrets-no-private-key',
  title: 'No resource holds the text of a private key, not even as a secret.',
  severity: 'critical',
  frameworks: { cis: ['5.4.1'], nsa: ['Secrets'] },
  why: "What a resource holds is in the state, in its backups and in every stack that imports it; an encrypted key is as safe as the stack's passphrase.",
  fix: 'Make the key where it is used (annex makes WireGuard keys on their hosts) and give resources the public half; take the kubeconfig from KUBECONFIG, SSH keys from the ssh-agent. A key that got into a state is burnt: replace it.',
  url: 'https://www.pulumi.com/docs/iac/concepts/secrets/',
  looksAt: 'both',
  check: (resource) => [...madeInState(resource), ...inText(resource)],
}

/** Resource types whose outputs are a private key, so that it is refused before it exists. */
function madeInState(resource: Resource): Fault[] {
  if (resource.type !== 'tls:index/privateKey:PrivateKey') return []
  return [violation(resource.properties, 'makes a private key that is kept in the state')]
}

function inText(resource: Resource): Fault[] {
  const fields = resource.properties.fitting((key, value) => value === UNKNOWN || keyAt(key, value) !== undefined)
  const faults = fields.flatMap((field) => {
    const found = keyAt(field.key, field.value)
    return found === undefined ? [] : [violation(field, `holds ${found} (not shown)`)]
  })
  const [first, ...others] = fields.filter(({ isUnknown }) => isUnknown)
  if (first === undefined) return faults
  const more = others.length === 0 ? 'is' : `and ${others.length} more are`
  return [...faults, unverifiable(first, `${more} not known before the update`)]
}

function keyAt(name: string, value: unknown): string | undefined {
  return keyIn(name) ?? (typeof value === 'string' ? keyUnder(name, value) : undefined)
}

const WIREGUARD = 'a WireGuard private key'
const KUBECONFIG = "a kubeconfig's client-key-data"

// Every repetition is bounded or followed by something else, so that no text takes more than linear time.
const MARKS: readonly [RegExp, string][] = [
  [/-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----/, 'a PEM private key'],
  [/PuTTY-User-Key-File-\d/, 'a PuTTY private key'],
  [/AGE-SECRET-KEY-1[0-9A-Z]{20,}/i, 'an age private key'],
  // As wg's configuration has it, and as JSON and YAML would.
  [/private[_-]?key["'\\]{0,9}[ \t]{0,99}[:=][ \t]{0,99}["'\\]{0,9}[A-Za-z0-9+/]{43}=/i, WIREGUARD],
  [/client-?key-?data["'\\]{0,9}[ \t]{0,99}:[ \t]{0,99}[|>]?[+-]?\s{0,99}["'\\]{0,9}[A-Za-z0-9+/]{16}/i, KUBECONFIG],
]

/** Characters; the shortest mark is longer, and most texts of a resource are shorter. */
const SHORTEST = 16

/** In every mark, and in few other texts. */
const WORD = /key/i

function keyIn(text: string): string | undefined {
  if (text.length < SHORTEST || !WORD.test(text)) return undefined
  return MARKS.find(([mark]) => mark.test(text))?.[1]
}

/** A key in a value: in its text, in base64 (as in a Kubernetes Secret), or because of the field's name. */
function keyUnder(name: string, value: string): string | undefined {
  if (value.length < SHORTEST) return undefined
  const found = keyIn(value) ?? (WORD.test(name) ? keyIn(`${name}: ${value}`) : undefined)
  if (found !== undefined) return found
  for (const encoded of base64In(value)) {
    const decoded = keyIn(Buffer.from(encoded, 'base64').toString('latin1'))
    if (decoded !== undefined) return `${decoded} in base64`
  }
  return undefined
}

/** Characters; the shortest mark takes more in base64. */
const SHORTEST_ENCODED = 28

/** The value when all of it is base64, broken into lines or not, and every long run of base64 in it. */
function* base64In(value: string): Generator<string> {
  if (value.length < SHORTEST_ENCODED) return
  if (/^[A-Za-z0-9+/\s]+={0,2}$/.test(value.trimEnd())) yield value
  for (const [run] of value.matchAll(/[A-Za-z0-9+/]{40,}/g)) yield run
  // "-----BEGIN ", also where the characters before it look like base64 too.
  for (const [run] of value.matchAll(/LS0tLS1CRUdJTi[A-Za-z0-9+/]+/g)) yield run
}
