/** What of a host may be in the way of a worker or of annex itself, and is no fault. From facts alone. */
import type { HostFacts } from '../host/facts.ts'
import { matchesInterface, type Expectations } from './judge-host.ts'

/** @returns one sentence each, with what to do: a person may have seen to it. */
export function hostWarnings(facts: HostFacts, wanted: Expectations): string[] {
  return [...mtuWarning(facts, wanted), ...firewallWarnings(facts, wanted), ...dialWarnings(facts), ...servingWarning(facts)]
}

/** Bytes that WireGuard puts around a packet, over IPv4: 20 of IP, 8 of UDP, 32 of its own. */
const wireGuardOverhead = 60

/** Packets that do not fit are sent in two, and some networks let no part of such a packet pass: small answers come, large ones never. */
function mtuWarning({ uplink }: HostFacts, { tunnel: { mtu } }: Expectations): string[] {
  if (uplink === undefined || mtu + wireGuardOverhead <= uplink.mtu) return []
  return [`its uplink ${uplink.interface} takes packets of ${uplink.mtu} bytes, and those of the tunnel become ${mtu + wireGuardOverhead}: set annex:tunnel.mtu to ${uplink.mtu - wireGuardOverhead} at most`]
}

/** Each section of a host is a session of its own, and `ufw limit` lets five begin in 30 s. */
function dialWarnings({ dialLimits, listening }: HostFacts): string[] {
  const ports = listening.filter(({ process }) => process.startsWith('sshd')).map(({ port }) => port)
  return dialLimits.filter((rule) => ports.some((port) => rule.includes(`--dport ${port} `)))
    .map((rule) => `iptables lets SSH be dialled so and so often only (${rule}), and annex dials up to eight times in half a minute, then is refused. Let your own address in before that rule (ufw: ufw insert 1 allow from ADDRESS to any port ssh), or start a run that was refused again after a minute`)
}

/** The cluster may have who approves it, in a moment or never. */
function servingWarning({ node }: HostFacts): string[] {
  if (!node?.servingUnsigned) return []
  return [`nobody in the cluster has approved the serving certificate that the kubelet asks for (serverTLSBootstrap), so kubectl logs, exec and port-forward do not reach ${node.name}: see kubectl get csr, then kubectl certificate approve NAME; it asks again before the certificate ends, so let a controller approve them`]
}

function firewallWarnings({ firewalls, closedChains }: HostFacts, { tunnel: { interface: name }, ports, worker }: Expectations): string[] {
  const udp = ports.filter(({ protocol }) => protocol === 'udp').map(({ port }) => port)
  const told = (closer: string, opened: number[], commands: string[]) => {
    const through = [name, ...(worker ? ['the pods\' interfaces'] : []), ...opened.map((port) => `UDP port ${port}`)].join(' and ')
    return `${closer}, and annex's own firewall cannot open what it closes: let ${through} through there as well (${commands.join('; ')})`
  }
  // What their chains are like is their own affair.
  if (firewalls.length > 0) return firewalls.map((it) => `${told(`${it} is switched on`, udp, switchedOn(it, name, udp))}, or switch it off`)
  return closedChains.filter(({ opens }) => !opens.some((it) => matchesInterface(it, name))).map((it) => {
    const opened = it.hook === 'input' ? udp : []
    return `${told(`${it.program} has ${it.closes} in ${it.chain}`, opened, opening(it, name, opened))}, or take that away`
  })
}

function switchedOn(firewall: string, name: string, udp: number[]): string[] {
  return firewall === 'ufw'
    ? [`ufw allow in on ${name}`, `ufw route allow in on ${name}`, `ufw route allow out on ${name}`, ...udp.map((port) => `ufw allow ${port}/udp`)]
    : [`firewall-cmd --permanent --zone=trusted --add-interface=${name}`, ...udp.map((port) => `firewall-cmd --permanent --add-port=${port}/udp`), 'firewall-cmd --reload']
}

/** Commands for now; what keeps them over a boot is the host's own affair. */
function opening({ program, chain, hook }: HostFacts['closedChains'][number], name: string, udp: number[]): string[] {
  const nft = program === 'nft'
  const insert = nft ? `nft insert rule ${chain}` : `iptables -I ${chain}`
  const on = (direction: 'i' | 'o') => `${insert} ${nft ? `${direction}ifname ${name} accept` : `-${direction} ${name} -j ACCEPT`}`
  return [on('i'), ...(hook === 'forward' ? [on('o')] : []), ...udp.map((port) => `${insert} ${nft ? `udp dport ${port} accept` : `-p udp --dport ${port} -j ACCEPT`}`)]
}
