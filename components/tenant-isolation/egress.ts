/** Which addresses outside the cluster a tenant may reach: what is listed, less what is closed to every tenant. */
import { addresses, covers, overlap } from '../../config/ranges.ts'

/** A NetworkPolicy's `ipBlock`. */
export interface IpBlock {
  cidr: string
  except?: string[]
}

/**
 * Closed in every cloud, whatever a tenant lists. 169.254.169.254 is the metadata address of AWS, Azure, Google, OpenStack, Hetzner, DigitalOcean
 * and Oracle; with the rest of link-local go AWS's task roles (169.254.170.2) and Tencent's metadata (169.254.0.23).
 */
export const alwaysClosed: readonly { range: string; what: string }[] = [
  { range: '0.0.0.0/8', what: '"this host" (RFC 1122)' },
  { range: '127.0.0.0/8', what: 'loopback (RFC 1122)' },
  { range: '169.254.0.0/16', what: 'link-local, with the metadata of most clouds (RFC 3927)' },
  { range: '100.100.100.200/32', what: 'the metadata of Alibaba Cloud' },
  { range: '168.63.129.16/32', what: "Azure's platform address" },
  { range: '192.0.0.192/32', what: 'the metadata of Oracle Cloud Classic' },
  { range: '224.0.0.0/4', what: 'multicast (RFC 5771)' },
  { range: '240.0.0.0/4', what: 'reserved, with broadcast (RFC 1112)' },
]

/**
 * Every address of a listed range but for those of the closed ranges; nothing for a range with no address left.
 * Ranges are IPv4 CIDRs with zero host bits.
 */
export function openEgress(listed: string[], closed: string[]): IpBlock[] {
  return listed.filter((cidr) => !isClosed(cidr, closed)).map((cidr) => {
    const except = closedWithin(cidr, closed)
    return except.length === 0 ? { cidr } : { cidr, except }
  })
}

/** Whether the closed ranges, alone or together, leave no address of a range. */
export function isClosed(range: string, closed: string[]): boolean {
  if (closed.some((it) => covers(it, range))) return true
  return closedWithin(range, closed).reduce((sum, it) => sum + addresses(it), 0) === addresses(range)
}

/** The closed ranges inside a range, without those that lie in another: a CIDR either holds another or shares nothing with it. */
function closedWithin(range: string, closed: string[]): string[] {
  const inside = [...new Set(closed)].filter((it) => overlap(it, range))
  return inside.filter((it) => !inside.some((other) => other !== it && covers(other, it))).sort()
}
