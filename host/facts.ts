/** What `look` finds out about a host (host/facts/ writes it). */
export interface HostFacts {
  os: { id: string; version: string; name: string }
  /** As in `x86_64`, `aarch64`. */
  architecture: string
  hostname: string
  machineId: string
  /** File with the name servers that the host itself asks; pods with the host's DNS get them. */
  resolvConf: string
  /** Bytes. */
  memory: { total: number }
  /** Bytes free where containerd, kubelet and volumes write. */
  disk: { free: number; total: number }
  /** Seconds since 1970, of the host's clock. */
  clock: number
  /** 0: none is mounted. */
  cgroupVersion: 0 | 1 | 2
  /** Names of swap devices and files in use. */
  swap: string[]
  /** Whether the running kernel has it, or can load it. */
  kernelHas: Record<'tun' | 'wireguard' | 'overlay' | 'br_netfilter' | 'vxlan' | 'nf_tables' | 'ip_tables' | 'ip_set', boolean>
  addresses: { interface: string; address: string }[]
  routes: { to: string; interface: string; via?: string }[]
  /** Where the default route leads, and the largest packet there in bytes. */
  uplink?: { interface: string; mtu: number }
  /** Of the ports that a worker uses. */
  listening: { protocol: 'tcp' | 'udp'; port: number; process: string }[]
  /** Of the packages that a worker brings. */
  packages: { name: string; version: string; held: boolean }[]
  /** Firewalls that are switched on beside annex's: `ufw`, `firewalld`. */
  firewalls: string[]
  /** Chains of others that drop or reject what they do not name: what closes each, and the interfaces that it lets through before; "*" stands for any ending. */
  closedChains: { program: 'iptables' | 'nft'; chain: string; hook: 'input' | 'forward'; closes: string; opens: string[] }[]
  /** Rules of iptables, as iptables-save has them, by which a port can be dialled so and so often only. */
  dialLimits: string[]
  /** Of apt, but for annex's own; `signedBy` is empty where apt's own keyring is meant. */
  aptSources: { file: string; uri: string; suite: string; signedBy: string }[]
  /**
   * From the kubelet's own certificate and kubeconfig, when the host has joined a cluster; `authority`: PEM in base64, empty where the kubeconfig
   * names a file; `servingUnsigned`: it waits for a certificate to serve by.
   */
  node?: { name: string; apiServer: string; authority: string; servingUnsigned?: boolean }
  /** Of the pool that was asked about, in bytes; `volumes` are those that are there already. */
  pool?: { free: number; total: number; volumes: Record<string, number> }
  /** Sections in the ledger, what was changed last first. */
  sections: string[]
  probes: {
    dial: { to: string; from?: string; ok: boolean; what: string }[]
  }
}
