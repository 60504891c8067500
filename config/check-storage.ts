/** Whether the volumes of each worker fit into its pool. Works on raw input, any part of which may be missing or of another shape. */
import { quantity, sum } from '../components/local-storage/capacity.ts'
import { bytes } from '../components/local-storage/render.ts'
import { type Fault, repeated, show, valid } from './fault.ts'

interface RawStorage { size?: string; volumes?: ({ name?: string; size?: string } | undefined)[] }

export function storageFaults(workers: ({ storage?: RawStorage } | undefined)[]): Fault[] {
  return workers.flatMap((worker, i) => {
    const { size, volumes } = worker?.storage ?? {}
    const path = `annex:workers[${i}].storage`
    const named = Array.isArray(volumes) ? volumes : []
    return [
      ...repeated(named.map((it, j) => ({ path: `${path}.volumes[${j}].name`, value: it?.name })), 'give each volume of a worker its own name'),
      ...poolFaults(path, size, named.map((it) => ({ name: it?.name ?? '?', size: it?.size ?? '' }))),
    ]
  })
}

function poolFaults(path: string, size: string | undefined, volumes: { name: string; size: string }[]): Fault[] {
  if (size === undefined || !valid(() => [size, ...volumes.map((it) => it.size)].map(bytes))) return []
  const wanted = sum(volumes)
  if (wanted <= bytes(size)) return []
  const each = volumes.map((it) => `${it.name} ${it.size}`).join(', ')
  return [{ path: `${path}.size`, seen: show(size), message: `its volumes take ${quantity(wanted)} together (${each}): make it larger, or the volumes smaller or fewer` }]
}
