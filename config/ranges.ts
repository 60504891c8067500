/** IPv4 addresses and ranges, on top of ipaddr.js. */
import ipaddr from 'ipaddr.js'

/** A dotted IPv4 address, four parts, none with a leading zero. */
export function isAddress(text: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(text)
}

/** An IPv4 range in CIDR notation (RFC 4632) whose host bits are zero. */
export function isRange(text: string): boolean {
  if (!ipaddr.IPv4.isValidCIDR(text)) return false
  return ipaddr.IPv4.networkAddressFromCIDR(text).toString() === text.split('/')[0]
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

/** How many addresses the range has. */
export function addresses(range: string): number {
  return 2 ** (32 - bits(range))
}

function bits(range: string): number {
  return ipaddr.IPv4.parseCIDR(range)[1]
}
