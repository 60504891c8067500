import { refuse, type ResourceRule } from '../../rule.ts'
import { readOf, textsOf } from './texts.ts'

/** Options of ssh stand before the host, and right behind it; then comes the host's command. */
const OPTION = String.raw`-[46aCfGgKkMNnqsTtVvXxYy]{0,20}(?:[BbcDEeFIiJLlmOoPpQRSWw][ \t]*(?:"[^"\n]{0,200}"|'[^'\n]{0,200}'|[^\s"']\S{0,199}))?[ \t]+`
const LENDS = new RegExp(String.raw`(?<![\w./-])(?:/\S{0,40}/)?ssh[ \t]+(?:${OPTION}){0,20}(?:[^\s;&|-][^\s;&|]{0,200}[ \t]+(?:${OPTION}){0,20})?-[46aCfGgKkMNnqsTtVvXxYy]{0,20}A`)
const SETTING = /(?:\b|-o)(?:Allow)?(?:ForwardAgent|AgentForwarding)[ \t=]+["']?yes\b/i

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
  check: (resource) => textsOf(resource).flatMap((text) => refuse(text, (value) => typeof value !== 'string' || !forwards(readOf(value)), 'forwards the ssh-agent')),
}

function forwards(script: string): boolean {
  return LENDS.test(script) || SETTING.test(script)
}
