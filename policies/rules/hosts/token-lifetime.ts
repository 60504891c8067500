import { objectsOfKind } from '../../kubernetes.ts'
import { demand, refuse, type ResourceRule, unverifiable } from '../../rule.ts'
import { argumentsOf, readOf, textsOf, wordsOf } from './texts.ts'

export const tokenLifetime: ResourceRule = {
  id: 'hosts-token-lifetime',
  title: 'Every bootstrap token ends within a day.',
  severity: 'high',
  frameworks: { nsa: ['Authentication and authorization'] },
  why: 'Who finds the token, in a log or a shell history, joins a node of their own.',
  fix: 'Give kubeadm token create a --ttl of at most 24h, and a token Secret an expiration within a day.',
  url: 'https://kubernetes.io/docs/reference/access-authn-authz/bootstrap-tokens/',
  looksAt: 'inputs',
  about: ['hosts', 'Secret'],
  check: (resource, _settings, today) => [
    ...textsOf(resource).flatMap((text) => refuse(text, (value) => typeof value !== 'string' || !makesLongToken(value), 'makes a bootstrap token without an end, or one of more than 24 hours')),
    ...objectsOfKind(resource, 'Secret').flatMap(({ object }) => {
      const type = object.get('type')
      if (!type.isUnknown && type.value !== 'bootstrap.kubernetes.io/token') return []
      const [text, encoded] = [object.get('stringData', 'expiration'), object.get('data', 'expiration')]
      if (type.isUnknown) return text.isAbsent && encoded.isAbsent ? [unverifiable(type)] : []
      const expiration = text.isAbsent ? encoded : text
      const unset = demand(expiration, (value) => typeof value === 'string' && value !== '', 'is not set, so the token never ends')
      return unset.length > 0 ? unset : demand(expiration, (value) => endsSoon(text.isAbsent ? decoded(value) : String(value), today), 'is later than tomorrow')
    }),
  ],
}

/** Today or tomorrow: of the clock a rule knows the day. Kubernetes takes what is no time for expired (k8s.io/cluster-bootstrap). */
function endsSoon(expiration: string, today: string): boolean {
  const end = Date.parse(expiration)
  return Number.isNaN(end) || end < Date.parse(today) + 2 * 86_400_000
}

function decoded(value: unknown): string {
  return Buffer.from(String(value), 'base64').toString()
}

const UNITS: Readonly<Record<string, number>> = { h: 1, m: 1 / 60, s: 1 / 3600, d: 24 }

/** kubeadm's own default is 24 hours; 0 is no end. In a file they stand below bootstrapTokens. */
function makesLongToken(given: string): boolean {
  const text = readOf(given)
  const inFile = /\bbootstrapTokens["']?:/.test(text) ? [...text.matchAll(/\bttl["']?:[ \t]*["']?([\d.hmsd]{1,40})/g)].map(([, ttl]) => ttl!) : []
  return [...argumentsOf(text, 'kubeadm').map(wordsOf).flatMap(lifetimesIn), ...inFile].some((ttl) => {
    const hours = [...ttl.matchAll(/(\d+(?:\.\d+)?)([hmsd])/g)].reduce((sum, [, count, unit]) => sum + Number(count) * UNITS[unit!]!, 0)
    return hours === 0 || hours > 24
  })
}

/** Of `kubeadm token create` and of `kubeadm init`; a variable is not known here. */
function lifetimesIn(words: string[]): string[] {
  const option = words.includes('token') && words.includes('create') ? '--ttl' : '--token-ttl'
  return words.flatMap((word, at) => (word === option ? [words[at + 1] ?? ''] : word.startsWith(`${option}=`) ? [word.slice(option.length + 1)] : [])).filter((ttl) => /^[\d.hmsd]{1,40}$/.test(ttl))
}
