import { demand, type ResourceRule } from '../../rule.ts'
import { documentsOf, itemsOf } from './document.ts'

export const firewall: ResourceRule = {
  id: 'hosts-firewall',
  title: 'Every firewall of a host is closed by default, for what comes in and what is forwarded.',
  severity: 'high',
  frameworks: { nsa: ['Network separation and hardening'] },
  why: 'Without it the kubelet, the node ports and the pods of the host answer the internet.',
  fix: 'Give the input chain policy drop, and accept by name what is needed.',
  url: 'https://wiki.nftables.org/wiki-nftables/index.php/Configuring_chains',
  looksAt: 'inputs',
  check: (resource) =>
    documentsOf(resource)
      .flatMap((document) => itemsOf(document, 'firewall'))
      .flatMap((item) => demand(item.get('content'), (value) => typeof value === 'string' && isClosed(value), 'has no input chain that drops by default, or accepts everything')),
}

function isClosed(table: string): boolean {
  const chains = [...table.matchAll(/\bhook\s+(input|forward)\b[^\n}]*/g)]
  // A base chain has its policy on its own line, and accepts when it names none.
  const closes = (hook: string) => chains.some(([line, name]) => name === hook && /policy\s+drop/.test(line))
  const acceptsAll = /^\s*(counter\s+)?accept\s*;?\s*$/m.test(table)
  return closes('input') && !acceptsAll
}
