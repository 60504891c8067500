import { demand, refuse, type ResourceRule } from '../../rule.ts'
import { documentsOf, itemsOf } from './document.ts'
import { textsOf } from './texts.ts'

export const firewall: ResourceRule = {
  id: 'hosts-firewall',
  title: 'Every firewall of a host is closed by default, for what comes in and what is forwarded.',
  severity: 'high',
  frameworks: { nsa: ['Network separation and hardening'] },
  why: 'Without it the kubelet, the node ports and the pods of the host answer the internet.',
  fix: 'Give the input chain policy drop, and accept by name what is needed.',
  url: 'https://wiki.nftables.org/wiki-nftables/index.php/Configuring_chains',
  looksAt: 'inputs',
  about: ['hosts'],
  check: (resource) => [
    ...documentsOf(resource)
      .flatMap((document) => itemsOf(document, 'firewall'))
      .flatMap((item) => demand(item.get('content'), (value) => typeof value === 'string' && isClosed(value), 'has no input chain that drops by default, or accepts everything')),
    ...textsOf(resource).flatMap((text) => refuse(text, (value) => typeof value !== 'string' || !opens(value), 'switches the firewall off, or opens it by default')),
  ],
}

function isClosed(table: string): boolean {
  const chains = [...table.matchAll(/\bhook\s+(input|forward)\b[^\n}]*/g)]
  // A base chain has its policy on its own line, and accepts when it names none.
  const closes = (hook: string) => chains.some(([line, name]) => name === hook && /policy\s+drop/.test(line))
  const acceptsAll = /^[ \t]*(counter[ \t]+)?accept[ \t]*;?[ \t]*$/m.test(table)
  return closes('input') && !acceptsAll
}

const SERVICE = '(nftables|ufw|firewalld|iptables|ip6tables|netfilter-persistent)(\\.service)?\\b'
const ARGUMENTS = '[^\\n;&|]{0,200}'

const OPENS = /\bufw[ \t]+default[ \t]+allow([ \t]+incoming)?[ \t]*($|[\n;&|"'])|\bip6?tables(-legacy|-nft)?\b[^\n;&|]{0,200}[ \t](-P|--policy)[ \t]+(INPUT|FORWARD)[ \t]+ACCEPT\b/
const STOPS = new RegExp(`\\bsystemctl\\b${ARGUMENTS}[ \\t](disable|stop|mask)[ \\t]${ARGUMENTS}\\b${SERVICE}|\\bservice[ \\t]+${SERVICE}[ \\t]+stop\\b|\\bufw[ \\t]+(--force[ \\t]+)?(disable|reset)\\b`)
const STARTS = new RegExp(`\\bsystemctl\\b${ARGUMENTS}[ \\t](enable|start|restart)[ \\t]${ARGUMENTS}\\b${SERVICE}|\\bufw[ \\t]+(--force[ \\t]+)?enable\\b`)
const EMPTIES = /\bnft[ \t]+flush[ \t]+ruleset\b|\bip6?tables(-legacy|-nft)?([ \t]+(-w|-t[ \t]+filter))*[ \t]+(-F|--flush)([ \t]+(INPUT|FORWARD))?[ \t]*($|[\n;&|"'])/
const FILLS = /(-P|--policy)[ \t]+INPUT[ \t]+DROP\b|\bpolicy[ \t]+drop\b|\bnft[ \t]+(-\w+[ \t]+)*-f\b|\biptables(-legacy|-nft)?-restore\b/

/** A script that takes one firewall away and puts another in its place opens nothing. */
function opens(script: string): boolean {
  return OPENS.test(script) || (STOPS.test(script) && !STARTS.test(script)) || (EMPTIES.test(script) && !FILLS.test(script) && !STARTS.test(script))
}
