import { objectsOfKind } from '../../kubernetes.ts'
import { checkContainers } from '../../pods.ts'
import type { Field } from '../../field.ts'
import { type Fault, refuse, type ResourceRule, unverifiable, violation } from '../../rule.ts'
import { isNoSecret, isSecretVariable, looksSecret } from './secret-names.ts'
import { lineWithSecret } from './settings-file.ts'

export const noSecretInEnv: ResourceRule = {
  id: 'supply-no-secret-in-env',
  title: 'No secret stands in plain text in an environment variable or a ConfigMap.',
  severity: 'high',
  frameworks: { cis: ['5.4.1'], nsa: ['Secrets'] },
  why: 'Everybody who may read the workload reads it, and so does every process that shows its environment.',
  fix: 'Put it into a Secret and take it by valueFrom.secretKeyRef, or better as a mounted file.',
  url: 'https://kubernetes.io/docs/concepts/configuration/secret/',
  looksAt: 'inputs',
  about: ['pods', 'ConfigMap'],
  check: (resource) => [
    ...checkContainers(resource, (container) => container.get('env').items().flatMap((entry) => inPlain(entry.get('name').value, entry.get('value')))),
    ...objectsOfKind(resource, 'ConfigMap').flatMap(({ object }) => object.get('data').entries().flatMap((entry) => [...inPlain(entry.key, entry), ...inFile(entry)])),
  ],
}

function inPlain(name: unknown, value: Field): Fault[] {
  if (value.isUnknown) return [unverifiable(value)]
  if (isSecretVariable(name)) return refuse(value, (text) => isHarmless(name, text), 'holds a secret in plain text (not shown)')
  return typeof value.value !== 'string' || value.value.length > LONGEST || !looksSecret(value.value) ? [] : [violation(value, 'looks like a secret in plain text (not shown)')]
}

function inFile(entry: Field): Fault[] {
  const text = entry.value
  const line = typeof text === 'string' && text.length <= LONGEST && !isSecretVariable(entry.key) ? lineWithSecret(entry.key, text) : undefined
  return line === undefined ? [] : [violation(entry, `holds a secret in plain text in its line ${line} (not shown)`)]
}

/** Characters of text that are searched: tokens are not in archives. */
const LONGEST = 200_000

/** Nothing that is a secret, a public half of one, a number of tokens. */
function isHarmless(name: unknown, text: unknown): boolean {
  if (typeof text !== 'string') return typeof text === 'boolean' || typeof text === 'object'
  return isNoSecret(text) || /^-----BEGIN (PUBLIC KEY|CERTIFICATE)-----/.test(text) || (/token$/i.test(String(name)) && /^\d{1,5}$/.test(text))
}
