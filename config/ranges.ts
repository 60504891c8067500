/** IPv4 addresses and ranges, on top of ipaddr.js. */
import ipaddr from 'ipaddr.js'

/** A dotted IPv4 address, four parts, none with a leading zero. */
export function isAddress(text: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(text)
}

/** A dotted IPv4 address, or a DNS name: one whose last part has a letter (RFC 1123, 2.1). */
export function isHost(text: string): boolean {
  return isAddress(text) || /^(?=.{1,253}$)([A-Za-z0-9]([-A-Za-z0-9]{0,61}[A-Za-z0-9])?\.)*(?=[-A-Za-z0-9]*[A-Za-z])[A-Za-z0-9]([-A-Za-z0-9]{0,61}[A-Za-z0-9])?\.?$/.test(text)
}

/** Whether it ends in a port, after a colon. */
export function isPort(text: string): boolean {
  const port = Number(/:(\d+)$/.exec(text)?.[1])
  return port >= 1 && port <= 65535
}

/** An IPv4 range in CIDR notation (RFC 4632) whose host bits are zero; like the API server, without a leading zero in its length. */
export function isRange(text: string): boolean {
  if (!ipaddr.IPv4.isValidCIDR(text) || !/\/(0|[1-9]\d?)$/.test(text)) return false
  return ipaddr.IPv4.networkAddressFromCIDR(text).toString() === text.split('/')[0]
}

/** Whether hosts may have addresses of it: it is neither for loopback, a single link, all hosts or groups of them, nor for none (RFC 6890). */
export function isUnicast(range: string): boolean {
  return !['loopback', 'linkLocal', 'multicast', 'broadcast', 'unspecified'].includes(ipaddr.IPv4.networkAddressFromCIDR(range).range())
}

/** Whether the range holds the address. */
export function contains(range: string, address: string): boolean {
  return ipaddr.IPv4.parse(address).match(ipaddr.IPv4.parseCIDR(range))
}

/** Whether two ranges share an address. */
export function overlap(a: string, b: string): boolean {
  const [first, firstBits] = ipaddr.IPv4.parseCIDR(a)
  const [second, secondBits] = ipaddr.IPv4.parseCIDR(b)
  return first.match(second, Math.min(firstBits, secondBits))
}

/** Whether the outer range holds every address of the inner one. */
export function covers(outer: string, inner: string): boolean {
  return overlap(outer, inner) && bits(outer) <= bits(inner)
}

/** Whether it is the range's last address, which reaches all hosts of a link (RFC 919). Links of two hosts have none (RFC 3021). */
export function isBroadcast(range: string, address: string): boolean {
  return bits(range) < 31 && ipaddr.IPv4.broadcastAddressFromCIDR(range).toString() === address
}

/** Whether it is the range's first address, which stands for the link itself (RFC 1122, 3.2.1.3). Links of two hosts have none (RFC 3021). */
export function isNetwork(range: string, address: string): boolean {
  return bits(range) < 31 && range.split('/')[0] === address
}

/** How many addresses the range has. */
export function addresses(range: string): number {
  return 2 ** (32 - bits(range))
}

function bits(range: string): number {
  return ipaddr.IPv4.parseCIDR(range)[1]
}
