import { objectsOfKind } from '../../kubernetes.ts'
import { checkContainers } from '../../pods.ts'
import type { Field } from '../../field.ts'
import { type Fault, refuse, type ResourceRule } from '../../rule.ts'

export const noSecretInEnv: ResourceRule = {
  id: 'supply-no-secret-in-env',
  title: 'No secret stands in plain text in an environment variable or a ConfigMap.',
  severity: 'high',
  frameworks: { cis: ['5.4.1'], nsa: ['Secrets'] },
  why: 'Everybody who may read the workload reads it, and so does every process that shows its environment.',
  fix: 'Put it into a Secret and take it by valueFrom.secretKeyRef, or better as a mounted file.',
  url: 'https://kubernetes.io/docs/concepts/configuration/secret/',
  looksAt: 'inputs',
  check: (resource) => [
    ...checkContainers(resource, (container) => container.get('env').items().flatMap((entry) => (isSecret(entry.get('name').value) ? plain(entry.get('value')) : []))),
    ...objectsOfKind(resource, 'ConfigMap').flatMap(({ object }) => object.get('data').entries().flatMap((entry) => (isSecret(entry.key) ? plain(entry) : []))),
  ],
}

/** Names under which secrets are kept. Where one is read from, how long it lives and the like is none. */
function isSecret(name: unknown): boolean {
  return typeof name === 'string' && /(pass(word|wd|phrase)?|secret|token|api_?key|access_?key|private_?key|credentials?)$/i.test(name.replace(/[-.]/g, '_'))
}

/** Empty, a boolean, a number of seconds, or a reference to another variable is no secret. */
function plain(value: Field): Fault[] {
  return refuse(value, (text) => typeof text !== 'string' || text === '' || /^(true|false|\d{1,5}|\$\([A-Za-z_]\w*\))$/.test(text), 'holds a secret in plain text (not shown)')
}
