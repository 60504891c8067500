import { refuse, type ResourceRule } from '../../rule.ts'
import { textsOf } from './texts.ts'

const PATTERN = /\[[^\]\n]{0,200}\btrusted=yes|--allow-unauthenticated\b|--force-yes\b|AllowUnauthenticated[ \t\"'=]+(true|1)|AllowInsecureRepositories[ \t\"'=]+(true|1)|\bapt-key[ \t]+(add|adv)\b|\b(curl|wget)\b[^\n;&]{0,300}\|[ \t]*(sudo[ \t]+(-\S+[ \t]+)*)?(ba|da|z)?sh\b|--nogpgcheck\b|gpgcheck[ \t]*=[ \t]*0/

export const signedPackages: ResourceRule = {
  id: 'hosts-signed-packages',
  title: 'No package is installed that nobody signed, and no script from the internet is run unseen.',
  severity: 'critical',
  frameworks: { nsa: ['Supply chain: packages'] },
  why: 'Who holds the mirror, its name or the path to it becomes root on the host.',
  fix: 'Give the repository its key (signed-by), and remove trusted=yes, --allow-unauthenticated, apt-key and pipes from curl into a shell.',
  url: 'https://wiki.debian.org/SecureApt',
  looksAt: 'inputs',
  check: (resource) => textsOf(resource).flatMap((text) => refuse(text, (value) => typeof value !== 'string' || !PATTERN.test(value), 'installs or runs what nobody signed')),
}
