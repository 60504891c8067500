import { refuse, type ResourceRule } from '../../rule.ts'
import { readOf, textsOf } from './texts.ts'

const PATTERN = /(^|\n|['"]|\\n|\becho[ \t]+(-\w+[ \t]+)?)[ \t]*(PasswordAuthentication|KbdInteractiveAuthentication|ChallengeResponseAuthentication|PermitEmptyPasswords|PermitRootLogin)[ \t=]+["']?yes\b|\bssh_pwauth["']?:[ \t]*["']?(true|yes|1)\b|(?<![\w./-])sshpass[ \t]+-|\bchpasswd\b/i

export const noPasswordLogin: ResourceRule = {
  id: 'hosts-no-password-login',
  title: 'No host takes passwords for SSH, or lets anybody in without one.',
  severity: 'high',
  frameworks: { nsa: ['Authentication and authorization'] },
  why: 'A host on the internet is tried thousands of times a day; a password falls, a key does not.',
  fix: 'Set PasswordAuthentication, KbdInteractiveAuthentication and PermitEmptyPasswords to no, and PermitRootLogin to prohibit-password.',
  url: 'https://man.openbsd.org/sshd_config#PasswordAuthentication',
  looksAt: 'inputs',
  about: ['hosts'],
  check: (resource) => textsOf(resource).flatMap((text) => refuse(text, (value) => typeof value !== 'string' || !PATTERN.test(readOf(value)), 'lets somebody in by a password')),
}
