import { commandsOf } from './document.ts'
import { refuse, type ResourceRule } from '../../rule.ts'

/** A bootstrap token, a bearer token, a password in an address or as an argument; a variable or a command is none. */
const SECRET = /\b[a-z0-9]{6}\.[a-z0-9]{16}\b|authorization:\s*bearer\s+[A-Za-z0-9._-]{8}|:\/\/[^\s\/:@$]+:[^\s\/@$]{3,}@|--?(password|token|secret|api-?key)[= ]["']?(?![$"'\s<-])[^\s"']{4}|\b[A-Z_]*(PASSWORD|TOKEN|SECRET|API_?KEY)=["']?(?![$"'\s])[^\s"';]{4}/i
const NAME = /(pass(word|wd|phrase)?|secret|token|(api|access|private)_?key|credentials?)$/i

export const noSecretInCommand: ResourceRule = {
  id: 'hosts-no-secret-in-command',
  title: 'No command and no environment of a host holds a secret.',
  severity: 'critical',
  frameworks: { cis: ['5.4.1'], nsa: ['Secrets'] },
  why: 'Commands and environments are shown in previews, in the error of a run that fails, and in the process list of the host.',
  fix: 'Give it on standard input (stdin), as a Pulumi secret, and let the script read it from there.',
  url: 'https://www.pulumi.com/registry/packages/command/api-docs/remote/command/',
  looksAt: 'inputs',
  about: ['hosts'],
  check: (resource) => [
    ...commandsOf(resource).flatMap((text) => refuse(text, (value) => typeof value !== 'string' || !SECRET.test(value), 'holds a secret (not shown)')),
    ...(/^command:/.test(resource.type) ? resource.properties.get('environment').entries() : []).flatMap((entry) =>
      NAME.test(entry.key) || entry.isUnknown ? refuse(entry, (value) => value === '', 'is a secret in the environment (not shown)') : [],
    ),
  ],
}
