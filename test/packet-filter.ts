import { execa } from 'execa'
import { inNamespace } from '../lab/environment.ts'
import { type HostName, hosts } from '../lab/topology.ts'

/** Rules of a host's nftables, in nft's own language; done from outside, since a bare host has no nft. Without counters, which go on by themselves. @param commands carried out before */
export async function packetFilter(name: HostName, commands = ''): Promise<string[]> {
  const { stdout } = await execa(...inNamespace(hosts[name].namespace, 'nft', ['--stateless', '--file', '-']), { input: `${commands}\nlist ruleset\n` })
  return stdout.split('\n').map((line) => `nft ${line}`)
}
