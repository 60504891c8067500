import { refuse, type ResourceRule } from '../../rule.ts'
import { textsOf } from './texts.ts'

const PATTERN = /\bssh\b[^\n|;&]{0,200}\s-[a-zA-Z]{0,5}A\b|ForwardAgent[ \t=]+yes\b|AllowAgentForwarding[ \t=]+yes\b/i

export const noAgentForwarding: ResourceRule = {
  id: 'hosts-no-agent-forwarding',
  title: 'No connection lends the ssh-agent to the host that it goes to.',
  severity: 'high',
  frameworks: { nsa: ['Authentication and authorization'] },
  why: 'Root on that host signs in everywhere with it, for as long as the connection lasts.',
  fix: 'Remove -A and ForwardAgent; go through a jump host with ProxyJump (-J), which lends nothing.',
  url: 'https://man.openbsd.org/ssh_config#ForwardAgent',
  looksAt: 'inputs',
  about: ['hosts'],
  check: (resource) => textsOf(resource).flatMap((text) => refuse(text, (value) => typeof value !== 'string' || !PATTERN.test(value), 'forwards the ssh-agent')),
}
