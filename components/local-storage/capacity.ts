/** How much of a pool its volumes take. CSIStorageCapacity is for storage drivers; what is declared is known without asking. */
import { bytes, type LocalVolume, type Pool } from './render.ts'

export interface Capacity {
  /** Most that the volumes may take together; `undefined`: what the disk has. */
  pool: string | undefined
  /** What they take, like 192Mi. */
  allocated: string
  /** Size by volume. */
  volumes: Record<string, string>
}

export function capacityOf(pool: Pool, volumes: LocalVolume[]): Capacity {
  return { pool: pool.size, allocated: quantity(sum(volumes)), volumes: Object.fromEntries(volumes.map(({ name, size }) => [name, size])) }
}

/** Bytes of all volumes together. */
export function sum(volumes: Pick<LocalVolume, 'size'>[]): number {
  return volumes.reduce((total, { size }) => total + bytes(size), 0)
}

/** The largest unit that leaves a whole number. @param amount bytes, a multiple of 1 MiB */
export function quantity(amount: number): string {
  const [unit, factor] = ([['Ti', 2 ** 40], ['Gi', 2 ** 30]] as const).find(([, it]) => amount > 0 && amount % it === 0) ?? ['Mi', 2 ** 20] as const
  return `${amount / factor}${unit}`
}
