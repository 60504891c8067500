/** The file of the tenants that are measured: tenants that say no more than they must, and one range that they may reach. */
export function tenantsFile(count: number, from = 1): string {
  return Array.from({ length: count }, (_, i) => `- {name: tenant-${from + i}, group: 'annex:tenant-${from + i}', egress: [203.0.113.0/24]}\n`).join('')
}
