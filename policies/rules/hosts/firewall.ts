import { textOf } from '../../field.ts'
import { demand, refuse, type ResourceRule } from '../../rule.ts'
import { documentsOf, itemsOf } from './document.ts'
import { readOf, textsOf } from './texts.ts'

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
    ...documentsOf(resource)
      .flatMap((document) => itemsOf(document, 'unit'))
      .filter((unit) => unit.isUnknown || FIREWALL.test(textOf(unit.get('name').value)))
      .flatMap((unit) => ['enabled', 'running'].flatMap((state) => refuse(unit.get(state), (value) => value === true, 'switches the firewall off'))),
    ...textsOf(resource).flatMap((text) => refuse(text, (value) => typeof value !== 'string' || !opens(value), 'switches the firewall off, or opens it by default')),
  ],
}

/** A base chain accepts where it names no policy; a chain that others jump to may accept what they sent there, unless they send everything. */
function isClosed(table: string): boolean {
  const chains = readOf(table).replace(/"[^"\n]*"/g, '""').replace(/[ \t]#[^\n]*/g, '').split(/\bchain\b/).slice(1)
  const open = chains.filter((chain) => ACCEPTS_ALL.test(chain)).map((chain) => /[\w.-]+/.exec(chain)?.[0])
  const sends = (chain: string) => [...chain.matchAll(/[{;\n][ \t]*(?:jump|goto)[ \t]+([\w.-]+)[ \t]*(?=[;}\n]|$)/g)].some(([, name]) => open.includes(name))
  const at = (hook: string) => chains.filter((chain) => new RegExp(`\\bhook\\s+${hook}\\b`).test(chain))
  const closed = (chain: string) => /\bpolicy\s+drop\b/.test(chain) && !ACCEPTS_ALL.test(chain) && !sends(chain)
  return at('input').some(closed) && (at('forward').length === 0 || at('forward').some(closed))
}

const ACCEPTS_ALL = /[{;\n][ \t]*(counter([ \t]+packets[ \t]+\d+[ \t]+bytes[ \t]+\d+)?[ \t]+)?accept([ \t]+comment[ \t]+"[^"\n]*")?[ \t]*([;}\n]|$)/

const FIREWALL = /^(nftables|ufw|firewalld|iptables|ip6tables|netfilter-persistent)\.service$/
const SERVICE = '(nftables|ufw|firewalld|iptables|ip6tables|netfilter-persistent)(\\.service)?\\b'
const ARGUMENTS = '[^\\n;&|]{0,200}'

const OPENS = /\bufw[ \t]+default[ \t]+allow([ \t]+(in|incoming|routed|FORWARD))?[ \t]*($|[\n;&|"'])|\bfirewall-cmd\b[^\n;&|]{0,200}--set-(default-zone|target)[= ](trusted|ACCEPT)\b|\bDEFAULT_(INPUT|FORWARD)_POLICY=["']?ACCEPT\b(?!.*\/DEFAULT_)|\bip6?tables(-legacy|-nft)?([ \t]+-w)?[ \t]+(-t[ \t]+filter[ \t]+)?(-[AI]|--append|--insert)[ \t]+(INPUT|FORWARD)([ \t]+\d+)?[ \t]+-j[ \t]+ACCEPT\b/m
const POLICY = /\bip6?tables(?:-legacy|-nft)?\b(?![^\n;&|]{0,200}[ \t](?:-t|--table)[ \t=]*(?:nat|mangle|raw|security)\b)[^\n;&|]{0,200}[ \t](?:-P|--policy)[ \t]+(INPUT|FORWARD)[ \t]+(ACCEPT|DROP|REJECT)\b/g
const STOPS = new RegExp(`\\bsystemctl\\b${ARGUMENTS}[ \\t](disable|stop|mask)[ \\t]${ARGUMENTS}\\b${SERVICE}|\\bservice[ \\t]+${SERVICE}[ \\t]+stop\\b|\\bufw[ \\t]+(--force[ \\t]+)?(disable|reset)\\b`)
const STARTS = new RegExp(`\\bsystemctl\\b${ARGUMENTS}[ \\t](enable|start|restart)[ \\t]${ARGUMENTS}\\b${SERVICE}|\\bufw[ \\t]+(--force[ \\t]+)?enable\\b`)
const EMPTIES = /\bnft[ \t]+["']?flush[ \t]+ruleset\b|\bip6?tables(-legacy|-nft)?([ \t]+(-w|-t[ \t]+filter))*[ \t]+(-F|--flush)([ \t]+(INPUT|FORWARD))?[ \t]*($|[\n;&|"'])/
const FILLS = /(-P|--policy)[ \t]+INPUT[ \t]+DROP\b|\bpolicy[ \t]+drop\b|\bnft[ \t]+(-\w+[ \t]+)*-f\b|\biptables(-legacy|-nft)?-restore\b/

/** A script that takes one firewall away and puts another in its place opens nothing. */
function opens(given: string): boolean {
  const script = readOf(given)
  const fills = FILLS.test(script) || STARTS.test(script)
  return OPENS.test(script) || accepts(script) || (!fills && (STOPS.test(script) || EMPTIES.test(script)))
}

/** Whether a chain of the filter is left open: the last policy is the one that stays, and one closed chain at a hook is enough. */
function accepts(script: string): boolean {
  const policies = new Map([...script.matchAll(POLICY)].map(([call, chain, policy]) => [`${call.startsWith('ip6')} ${chain}`, policy]))
  const saved = script.split(/^(?=[ \t]*\*\w)/m).filter((table) => !/^[ \t]*\*(?:nat|mangle|raw|security)\b/.test(table))
  const hooks = [...script.matchAll(/\bhook[ \t]+(input|forward)\b[^}]{0,200}?\bpolicy[ \t]+(accept|drop)\b/g)].map(([, hook, policy]) => ({ hook, policy }))
  return [...policies.values()].includes('ACCEPT')
    || saved.some((table) => /^[ \t]*:(INPUT|FORWARD)[ \t]+ACCEPT\b/m.test(table))
    || hooks.some(({ hook, policy }) => policy === 'accept' && !hooks.some((other) => other.hook === hook && other.policy === 'drop'))
}
