import { readOf } from '../hosts/texts.ts'
import { UNKNOWN, unmarked } from '../../field.ts'
import { type ResourceRule, unverifiable, violation } from '../../rule.ts'

/** Whatever stands before them; `insecure` alone after another word often means plain http within the cluster. */
const ANYWHOSE = 'insecure[-_]?skip[-_]?(?:tls[-_]?)?verify|skip[-_]?(?:tls[-_]?)?verify|tls[-_]?skip[-_]?verify|insecure[-_]?tls'
const SETTING = new RegExp(`^-{0,2}(?:[\\w.-]{0,64}?(?:${ANYWHOSE})|insecure(?:[-_]?(?:registry|tls|transport|http|connection))?|disable[-_]?(?:ssl|tls|certificate|cert)[-_]?(?:verification|check|validation)|no[-_]?check[-_]?certificate)$`, 'i')

/** The same as an argument, in a configuration file, or in a script. */
const TEXT = /(--insecure(=true)?(\s|$)|--([a-z][\w-]{0,40}-)?insecure-(tls|skip-(tls-)?verify)(=true)?(\s|$)|--no-check-certificate\b|--([a-z]{1,9}-)?tls-?verify=false|insecure[-_]?skip[-_]?(tls[-_]?)?verify["']?\s{0,5}[:=]\s{0,5}["']?true|skip_verify["'\s]{0,5}=["'\s]{0,5}(true|1\b)|--insecure-registry\b(?![= ](?:localhost\b|127\.))|"insecure-registries":\s{0,9}\[\s{0,9}"|^[ \t]*insecure[ \t]*=[ \t]*true\b|\bsslverify[ \t]*=[ \t]*(0|false|no)\b|-tls-skip-verify\b(?!=false)|--no-verify-ssl\b|StrictHostKeyChecking[ \t="']{1,40}(no|off)\b|UserKnownHostsFile[ \t="']{1,40}\/dev\/null\b|(NODE_TLS_REJECT_UNAUTHORIZED|PYTHONHTTPSVERIFY)(=|:\s)["']?0|(?<!unset )GIT_SSL_NO_VERIFY(?!=(?:\s|$))|http\.sslVerify[= ]{1,3}false|strict-ssl[= ]{1,3}false|--trusted-host\b|Verify-(Peer|Host)[ "'=]{1,5}(false|0))/im

/** Variables that do it with a 0. */
const BY_ZERO = new Set(['NODE_TLS_REJECT_UNAUTHORIZED', 'PYTHONHTTPSVERIFY'])

/** curl's -k, alone or among other letters that take no value; -K is another option. */
const CURL = /\bcurl\b(?:[^\n|;&\\]|\\\n|\\.|&(?![&\s])){0,200}\s-[fgijlnqsvILNORSZ046#]{0,9}k/

/** Characters of text that are searched: settings are longer than a word, and not in archives. */
const SHORTEST = 7
const LONGEST = 200_000

export const verify: ResourceRule = {
  id: 'transport-verify',
  title: 'No client is told to trust whatever certificate it is shown.',
  severity: 'high',
  frameworks: { nsa: ['Network separation and hardening: encryption'] },
  why: 'Who sits on the path reads and changes everything, the encryption notwithstanding.',
  fix: 'Remove the setting and give the client the certificate authority (caBundle, ca_file, certificate-authority).',
  url: 'https://kubernetes.io/docs/concepts/security/security-checklist/',
  looksAt: 'inputs',
  check: (resource) =>
    resource.properties.fitting((key, value) => switchesOff(key, value) || isVariable(value) || holds(value)).map((field) => {
      const setting = isVariable(field.value) ? field.get('value') : field
      if (setting.isUnknown) return unverifiable(setting)
      return violation(setting, setting !== field || switchesOff(field.key, field.value) ? 'switches the check of certificates off' : 'holds a setting that switches the check of certificates off (not shown)')
    }),
}

/** Whether it does, or may with a value that is not known yet. */
function switchesOff(key: string, value: unknown): boolean {
  // Git asks only whether it is there.
  if (key === 'GIT_SSL_NO_VERIFY') return value !== null && typeof value !== 'object'
  if (value === true || value === 'true') return SETTING.test(key)
  if (value === '0' || value === 0) return BY_ZERO.has(key)
  if (value === '1') return /^[A-Z][A-Z\d_]*$/.test(key) && SETTING.test(key)
  return value === UNKNOWN && (SETTING.test(key) || BY_ZERO.has(key))
}

/** A variable of a container, whose name and value are fields of their own; a name that says all is found by itself. */
function isVariable(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const { name, value: set } = value as { name?: unknown; value?: unknown }
  return typeof name === 'string' && set !== undefined && switchesOff(name, unmarked(set)) && !holds(name)
}

function holds(value: unknown): boolean {
  return typeof value === 'string' && value.length >= SHORTEST && value.length < LONGEST && switches(value) && switches(readOf(value))
}

function switches(text: string): boolean {
  return TEXT.test(text) || CURL.test(text)
}
