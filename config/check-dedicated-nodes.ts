/** Whether every tenant has a node for its pods. Works on raw input, any part of which may be missing or of another shape. */
import { sharedNodePool } from '../components/tenant-placement/node-pools.ts'
import { type Fault, list, named, repeated, show } from './fault.ts'
import type { RawConfig } from './schema.ts'

/** Dedicated nodes are workers, one tenant's each; a tenant without any needs one that is nobody's own. */
export function dedicatedNodeFaults(raw: RawConfig): Fault[] {
  const workers = list(raw.workers).map((it) => it?.name)
  const tenants = list(raw.tenants).map((it) => ({ name: it?.name, nodes: list(it?.dedicatedNodes) }))
  const dedicated = tenants.flatMap(({ nodes }, i) => nodes.map((value, j) => ({ path: `annex:tenants[${i}].dedicatedNodes[${j}]`, value })))
  const unknown = dedicated.filter(({ value }) => value !== undefined && !workers.includes(value))
    .map(({ path, value }) => ({ path, seen: show(value), message: `is none of annex:workers (${named(workers)}): name one of them` }))
  const left = workers.filter((name) => !dedicated.some(({ value }) => value === name))
  const homeless = workers.length === 0 || left.length > 0 ? [] : tenants.flatMap(({ nodes }, i) => (nodes.length > 0 ? [] : [{
    path: `annex:tenants[${i}].dedicatedNodes`,
    seen: '(not set)',
    message: `every worker (${workers.join(', ')}) is dedicated to another tenant, so its pods could run nowhere: add a worker, or dedicate fewer`,
  }]))
  const open = raw.admission?.enforcement === 'deny' ? [] : dedicated.slice(0, 1).map(({ path, value }) => ({
    path, seen: show(value), message: 'keeps nobody out by itself: a pod that names the node, or its pool, runs there all the same; set annex:admission.enforcement: deny, or do not dedicate nodes',
  }))
  const reserved = tenants.flatMap(({ name }, i) => (name === sharedNodePool ? [{ path: `annex:tenants[${i}].name`, seen: show(name), message: 'is the name of the pool of shared nodes: choose another name' }] : []))
  return [...unknown, ...repeated(dedicated, 'a node can be dedicated to one tenant only'), ...homeless, ...open, ...reserved]
}
