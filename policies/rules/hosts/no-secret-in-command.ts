import { textOf } from '../../field.ts'
import { isNoSecret, isSecretSetting, isSecretVariable, looksSecret } from '../supply/secret-names.ts'
import { commandsOf } from './document.ts'
import { refuse, type ResourceRule } from '../../rule.ts'

/** A bootstrap token; kubeadm's are in lower case. */
const TOKEN = /\b[a-z0-9]{6}\.[a-z0-9]{16}\b/
/** A header, a login, or what decrypts the keys of a control plane. */
const GIVEN = /\b(?:authorization:\s*(?:bearer|basic)|(?:x-api-key|private-token):)\s+[A-Za-z0-9._+/=-]{8}|\bcurl\b[^\n;&|]{0,300}\s(?:-u|--user)[ \t]*["']?[\w.@-]+:(?![$"'\s])[^\s"']{3}|\b(?:docker|podman|nerdctl|registry)[ \t]+login\b[^\n;&|]{0,300}\s-p[ \t=]*["']?(?![$"'\s<-])\S{4}|\bmysql(?:dump|admin)?\b[^\n;&|]{0,300}\s-p["']?(?![$"'\s])\S{4}|--certificate-key[= ]["']?[0-9a-f]{64}\b|:\/\/[^\s/:@]{0,64}:(?![$<{])[^\s/@$]{3,}@/i
/** A variable or an option with its value. `--secret` of docker and podman names one, or its file. */
const SET = /(?<![\w.-])(?:--?(?:[a-z][\w.-]{0,40}[-_.])?(?<option>password|passphrase|token|api[-_]?key|secret[-_]?key|access[-_]?key|secret)[= ]|(?<name>[A-Za-z_][\w.-]{0,60})=)(?="(?<double>[^"\n]{4,500})"|'(?<single>[^'\n]{4,500})'|["']?(?<bare>[^\s"';&|)\\]{4,500}))/g
const ELSEWHERE = /^(?:[$<`{@*-]|\.{0,2}\/|(?:id|src|type|env)[=,:]|[A-Z][A-Z_]{2,}$|none$|null$)/

function holdsSecret(text: string): boolean {
  return TOKEN.test(text) || GIVEN.test(text) || looksSecret(text) || [...text.matchAll(SET)].some(({ groups, index }) => {
    const { option, name, double, single, bare } = groups!
    const value = double ?? single ?? bare ?? ''
    if (isNoSecret(value) || ELSEWHERE.test(value)) return false
    if (option !== undefined) return !(option === 'secret' && /\b(docker|podman|nerdctl|buildah|buildctl)\b[^\n;&|]*$/.test(text.slice(Math.max(0, index - 200), index)))
    return /^[A-Z_\d]+$/.test(name!) ? isSecretVariable(name) : isSecretSetting(name!.split('.').at(-1)!, value)
  })
}

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
    ...commandsOf(resource).flatMap((text) => refuse(text, (value) => typeof value !== 'string' || !holdsSecret(value), 'holds a secret (not shown)')),
    ...(/^command:/.test(resource.type) ? resource.properties.get('environment').entries() : []).flatMap((entry) =>
      refuse(entry, (value) => value === null || typeof value === 'boolean' || (isSecretVariable(entry.key) ? typeof value !== 'object' && isNoSecret(textOf(value)) : !looksSecret(textOf(value))), 'is a secret in the environment (not shown)'),
    ),
  ],
}
