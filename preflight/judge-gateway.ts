/** Whether the cloud sends answers for the tunnel's range to the gateway, from what the gateway's probes saw. */

export interface Dialled {
  to: string
  from?: string
  ok: boolean
  what: string
}

/** @returns one sentence a fault: what was seen, what is needed, the fix. */
export function judgeGateway(gateway: { tunnelAddress: string; cloudAddress: string }, range: string, dialled: Dialled[]): string[] {
  const direct = dialled.find(({ from }) => from === undefined)
  if (direct && !direct.ok) {
    return [`the API server at ${direct.to} (annex:cluster.apiServer) cannot be reached from it: ${direct.what}. Give the address of its private endpoint, and let the gateway reach it (security group, peering)`]
  }
  const fromTunnel = dialled.find(({ from }) => from === gateway.tunnelAddress)
  if (fromTunnel === undefined || fromTunnel.ok) return []
  return [`the API server at ${fromTunnel.to} gets no answer through to ${gateway.tunnelAddress}: ${fromTunnel.what}. The cloud's route table needs an entry for ${range}, next hop ${gateway.cloudAddress} (this gateway); some clouds also need its source/destination check switched off. Where that is done: a masquerade on the gateway must leave ${range} out (iptables -t nat -S POSTROUTING, nft list ruleset)`]
}
