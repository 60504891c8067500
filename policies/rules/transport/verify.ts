import { type ResourceRule, violation } from '../../rule.ts'

const SETTING = /^-{0,2}(insecure[-_]?skip[-_]?(tls[-_]?)?verify|insecure[-_]?skip[-_]?tls[-_]?verify|skip[-_]?(tls[-_]?)?verify|tls[-_]?skip[-_]?verify|insecure([-_]?(registry|tls|transport|http|connection))?|disable[-_]?(ssl|tls|certificate|cert)[-_]?(verification|check|validation)|no[-_]?check[-_]?certificate)$/i

/** The same as an argument, in a configuration file, or in a script. */
const TEXT = /(--insecure(-skip-tls-verify|-skip-verify)?(=true)?(\s|$)|--no-check-certificate\b|--(skip-)?tls-?verify=false|insecure[-_]?skip[-_]?(tls[-_]?)?verify["']?\s{0,5}[:=]\s{0,5}true|skip_verify\s{0,5}=\s{0,5}true|StrictHostKeyChecking[= ]no\b|NODE_TLS_REJECT_UNAUTHORIZED=0|GIT_SSL_NO_VERIFY|PYTHONHTTPSVERIFY=0|http\.sslVerify[= ]{1,3}false|strict-ssl[= ]{1,3}false|--trusted-host\b|Verify-(Peer|Host)[ "'=]{1,5}(false|0))/i

/** curl's -k, alone or among other letters that take no value; -K is another option. */
const CURL = /\bcurl\b[^\n|;]{0,200}\s-[fgijlnqsvILNORSZ046#]{0,9}k/

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
    resource.properties.fitting((key, value) => switchesOff(key, value) || holds(value)).map((field) =>
      violation(field, switchesOff(field.key, field.value) ? 'switches the check of certificates off' : 'holds a setting that switches the check of certificates off (not shown)'),
    ),
}

function switchesOff(key: string, value: unknown): boolean {
  return (value === true || value === 'true') && SETTING.test(key)
}

function holds(value: unknown): boolean {
  return typeof value === 'string' && value.length >= SHORTEST && value.length < LONGEST && (TEXT.test(value) || CURL.test(value))
}
