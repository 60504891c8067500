import { refuse, type ResourceRule } from '../../rule.ts'
import { readOf, textsOf } from './texts.ts'

const SOURCES = /\[[^\]\n]{0,200}\b(trusted|allow-insecure)=yes|(^|\n)[ \t]*(Trusted|Allow-Insecure):[ \t]*yes|--(allow-unauthenticated|allow-insecure-repositories|force-yes|nogpgcheck|no-gpg-checks|nosignature)\b|\bAllow(Unauthenticated|InsecureRepositories|WeakRepositories)[ \t"'=]+(true|1|yes)|\bapt-key[ \t]+(add|adv)\b|\bgpgcheck[ \t]*=[ \t]*(0|false|no)\b/i

const SET = String.raw`\w+=(?:"[^"\n]*"|'[^'\n]*'|[^\s"']\S*)?[ \t]+`
const SHELL = String.raw`(?:${SET}){0,20}(?:exec[ \t]+)?(?:sudo[ \t]+(?:-[ughCD][ \t]+\w\S*[ \t]+|-(?![ughCD][ \t]+\w)\S+[ \t]+|${SET})*)?(?:(?:/\S{1,40}/)?env[ \t]+(?:-\S+[ \t]+|${SET})*)?(?:/\S{1,40}/)?(?:(?:ba|da|z|k)?sh\b|(?:python3?|perl|ruby|node|php)[ \t]*-?[ \t]*(?:$|[\n;&|"']))`
/** What is fetched goes straight into a shell: by a pipe, as an argument, or as a file. */
const UNSEEN = new RegExp(String.raw`\b(curl|wget)[ \t]+[^\s|]([^\n;&]|&(?![&\s])){0,300}\|&?\s*${SHELL}|(\b((ba|da|z|k)?sh|python3?|perl|ruby|eval|source)\b|(^|[\s;&|])\.[ \t])[^\n;&|]{0,40}([$<]\(|${'`'})[ \t]*(curl|wget)\b`)

export const signedPackages: ResourceRule = {
  id: 'hosts-signed-packages',
  title: 'No package is installed that nobody signed, and no script from the internet is run unseen.',
  severity: 'critical',
  frameworks: { nsa: ['Supply chain: packages'] },
  why: 'Who holds the mirror, its name or the path to it becomes root on the host.',
  fix: 'Give the repository its key (signed-by), and remove trusted=yes, --allow-unauthenticated, apt-key and pipes from curl into a shell.',
  url: 'https://wiki.debian.org/SecureApt',
  looksAt: 'inputs',
  about: ['hosts'],
  check: (resource) => textsOf(resource).flatMap((text) => refuse(text, (value) => typeof value !== 'string' || !isUnsigned(readOf(value)), 'installs or runs what nobody signed')),
}

function isUnsigned(script: string): boolean {
  return SOURCES.test(script) || UNSEEN.test(script)
}
