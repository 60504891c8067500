/** Kubernetes quantities, as far as the configuration allows them. */

const factors: Record<string, number> = { '': 1, m: 1e-3, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 }

/** Cores or bytes. @throws Error for another unit */
export function amount(quantity: string): number {
  const [, count, unit] = /^(\d+)(m|[KMGT]i|)$/.exec(quantity) ?? []
  if (count === undefined) throw new Error(`a quantity like 500m, 512Mi or 2 is needed, not ${quantity}`)
  return Number(count) * factors[unit!]!
}

export function smaller(a: string, b: string): string {
  return amount(a) <= amount(b) ? a : b
}
