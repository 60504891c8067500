import type { Field } from '../../field.ts'
import { demand, type Fault, refuse, type ResourceRule, violation } from '../../rule.ts'
import { documentsOf, itemsOf } from './document.ts'
import { textsOf } from './texts.ts'

export const wireguard: ResourceRule = {
  id: 'hosts-wireguard',
  title: 'No WireGuard peer may send from any address, or from one of another peer.',
  severity: 'critical',
  frameworks: { nsa: ['Network separation and hardening'] },
  why: 'Allowed IPs are both route and firewall: with 0.0.0.0/0 the peer takes over all traffic of the host, and of two peers with one address the last one gets it.',
  fix: 'Give each peer the addresses behind it: its own /32, or the ranges of the cloud.',
  url: 'https://www.wireguard.com/#cryptokey-routing',
  looksAt: 'inputs',
  about: ['hosts'],
  check: (resource) => [
    ...documentsOf(resource).flatMap((document) => itemsOf(document, 'interface').flatMap((it) => [...it.get('peers').items().flatMap(wide), ...shared(it)])),
    ...textsOf(resource).flatMap((text) => refuse(text, (value) => typeof value !== 'string' || !/AllowedIPs\s*=[^\n]*(0\.0\.0\.0|::)\/0/i.test(value), 'allows a WireGuard peer every address')),
  ],
}

/** Shortest prefixes: 10.0.0.0/8 is the widest private range, and a site has a /48 of IPv6. */
function wide(peer: Field): Fault[] {
  return peer.get('allowedIps').items().flatMap((range) => demand(range, (value) => typeof value === 'string' && Number(value.split('/')[1]) >= (value.includes(':') ? 32 : 8), 'is wider than any network behind a peer, or no range'))
}

function shared(it: Field): Fault[] {
  const seen = new Set<unknown>()
  return it.get('peers').items().flatMap((peer) => peer.get('allowedIps').items()).flatMap((range) => {
    if (typeof range.value !== 'string') return []
    const again = seen.has(range.value)
    seen.add(range.value)
    return again ? [violation(range, 'is allowed to another peer already')] : []
  })
}
