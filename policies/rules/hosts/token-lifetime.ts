import { objectsOfKind } from '../../kubernetes.ts'
import { demand, refuse, type ResourceRule } from '../../rule.ts'
import { textsOf } from './texts.ts'

export const tokenLifetime: ResourceRule = {
  id: 'hosts-token-lifetime',
  title: 'Every bootstrap token ends within a day.',
  severity: 'high',
  frameworks: { nsa: ['Authentication and authorization'] },
  why: 'Who finds the token, in a log or a shell history, joins a node of their own.',
  fix: 'Give kubeadm token create a --ttl of at most 24h, and a token Secret an expiration.',
  url: 'https://kubernetes.io/docs/reference/access-authn-authz/bootstrap-tokens/',
  looksAt: 'inputs',
  about: ['hosts', 'Secret'],
  check: (resource) => [
    ...textsOf(resource).flatMap((text) => refuse(text, (value) => typeof value !== 'string' || !makesLongToken(value), 'makes a bootstrap token without an end, or one of more than 24 hours')),
    ...objectsOfKind(resource, 'Secret').filter(({ object }) => object.get('type').value === 'bootstrap.kubernetes.io/token').flatMap(({ object }) => {
      const [text, encoded] = [object.get('stringData', 'expiration'), object.get('data', 'expiration')]
      return demand(text.isAbsent ? encoded : text, (value) => typeof value === 'string' && value !== '', 'is not set, so the token never ends')
    }),
  ],
}

/** kubeadm's own default is 24 hours. */
function makesLongToken(text: string): boolean {
  return [...text.matchAll(/\bkubeadm\s+token\s+create\b[^\n;|&]{0,500}?--ttl[= ]["']?(\d+)(h|m|s|d)?/g)].some(([, count, unit]) => {
    const hours = { h: 1, m: 1 / 60, s: 1 / 3600, d: 24 }[unit ?? 's']!
    return Number(count) === 0 || Number(count) * hours > 24
  })
}
