/** Whether the volumes of each worker fit into its pool. Works on raw input, any part of which may be missing or of another shape. */
import { quantity, sum } from '../components/local-storage/capacity.ts'
import { bytes, volumeName } from '../components/local-storage/render.ts'
import { type Fault, list, repeated, show, valid } from './fault.ts'

interface RawStorage { size?: string; volumes?: ({ name?: string; size?: string } | undefined)[] }
type RawWorker = { name?: string; storage?: RawStorage } | undefined

export function storageFaults(raw: { workers?: RawWorker[] }): Fault[] {
  const workers = list(raw.workers)
  return [...sameNameFaults(workers), ...workers.flatMap((worker, i) => {
    const { size, volumes } = worker?.storage ?? {}
    const path = `annex:workers[${i}].storage`
    const named = Array.isArray(volumes) ? volumes : []
    return [
      ...repeated(named.map((it, j) => ({ path: `${path}.volumes[${j}].name`, value: it?.name })), 'give each volume of a worker its own name'),
      ...poolFaults(path, size, named.map((it) => ({ name: it?.name ?? '?', size: it?.size ?? '' }))),
    ]
  })]
}

/** The volume 1-a of the worker vps and the volume a of vps-1 would both be the PersistentVolume vps-1-a. */
function sameNameFaults(workers: RawWorker[]): Fault[] {
  const all = workers.flatMap((worker, i) => list(worker?.storage?.volumes).map((it, j) => ({ worker: worker?.name, name: it?.name, path: `annex:workers[${i}].storage.volumes[${j}].name` })))
  return all.flatMap(({ worker, name, path }, i) => {
    if (typeof worker !== 'string' || typeof name !== 'string') return []
    const object = volumeName(worker, name)
    const first = all.slice(0, i).find((it) => typeof it.worker === 'string' && it.worker !== worker && typeof it.name === 'string' && volumeName(it.worker, it.name) === object)
    return first === undefined ? [] : [{ path, seen: show(name), message: `its PersistentVolume would be ${object}, as that of ${first.path}: choose another name` }]
  })
}

function poolFaults(path: string, size: string | undefined, volumes: { name: string; size: string }[]): Fault[] {
  if (size === undefined || !valid(() => [size, ...volumes.map((it) => it.size)].map(bytes))) return []
  const wanted = sum(volumes)
  if (wanted <= bytes(size)) return []
  const each = volumes.map((it) => `${it.name} ${it.size}`).join(', ')
  return [{ path: `${path}.size`, seen: show(size), message: `its volumes take ${quantity(wanted)} together (${each}): make it larger, or the volumes smaller or fewer` }]
}
