import { type Field, textOf } from '../../field.ts'
import { demand, type Fault, refuse, type ResourceRule, violation } from '../../rule.ts'
import { documentsOf, itemsOf } from './document.ts'
import { readOf, textsOf } from './texts.ts'

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
    ...documentsOf(resource).flatMap((document) => {
      const peers = [...itemsOf(document, 'interface').flatMap((it) => it.get('peers').items()), ...itemsOf(document, 'peer')]
      return [...peers.flatMap(wide), ...shared(document)]
    }),
    ...textsOf(resource).flatMap((text) => refuse(text, (value) => typeof value !== 'string' || !allowsAll(value), 'allows a WireGuard peer every address')),
  ],
}

/** Shortest prefixes: 10.0.0.0/8 is the widest private range, and a site has a /48 of IPv6. */
function wide(peer: Field): Fault[] {
  return peer.get('allowedIps').items().flatMap((range) => demand(range, (value) => typeof value === 'string' && isNarrow(value), 'is wider than any network behind a peer, or no range'))
}

function isNarrow(range: string): boolean {
  return Number(range.split('/')[1]) >= (range.includes(':') ? 32 : 8)
}

/** wg's configuration, and its command; without a prefix it is one address. */
function allowsAll(text: string): boolean {
  return [...readOf(text).matchAll(/allowed-?ips[ \t]*[= \t][ \t]*["']?([\da-f:./, \t+-]{1,2000})/gi)].some(([, ranges]) => ranges!.split(/[\s,]+/).some((range) => /^[\da-f:.]+\/\d{1,3}$/i.test(range) && !isNarrow(range)))
}

/** Ranges that two peers of one interface have: WireGuard sends to the last. */
function shared(document: Field): Fault[] {
  const seen = new Set<string>()
  const among = (name: Field, peers: Field[]) => peers.flatMap((peer) => peer.get('allowedIps').items()).flatMap((range) => {
    if (typeof range.value !== 'string') return []
    const known = `${textOf(name.value)} ${range.value}`
    const again = seen.has(known)
    seen.add(known)
    return again ? [violation(range, 'is allowed to another peer already')] : []
  })
  return [
    ...itemsOf(document, 'interface').flatMap((it) => among(it.get('name'), it.get('peers').items())),
    ...itemsOf(document, 'peer').flatMap((it) => among(it.get('interface'), [it])),
  ]
}
