/** Which tenant's pods each worker is for. */
import { sharedPool } from './place-pod.ts'

export interface PooledTenant {
  /** Namespace of the tenant. */
  name: string
  /** Names of the workers that are for this tenant alone; empty: it shares those that are nobody's own. */
  dedicatedNodes: string[]
}

/** The pool of a tenant's pods: the shared one, or its own. */
export function poolOf({ name, dedicatedNodes }: PooledTenant): string {
  return dedicatedNodes.length === 0 ? sharedPool : name
}

/** The pool of each worker, by the worker's name. */
export function nodePools(workers: string[], tenants: PooledTenant[]): Record<string, string> {
  return Object.fromEntries(workers.map((worker) => [worker, tenants.find(({ dedicatedNodes }) => dedicatedNodes.includes(worker))?.name ?? sharedPool]))
}
