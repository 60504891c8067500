/** Wider than the widest private ranges, 10.0.0.0/8 and fc00::/7: two halves are the whole too. */
export function isInternet(range: unknown): boolean {
  if (typeof range !== 'string') return false
  return Number(range.split('/')[1]) < (range.includes(':') ? 7 : 8)
}
