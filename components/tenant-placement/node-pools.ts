/** Which tenant's pods each worker is for. */
import { type Placement, tenantPlacement } from './place-pod.ts'

/**
 * Which tenant's pods a node is for: `sharedNodePool`, or the name of the one tenant that it is dedicated to. A kubelet may not set a label of
 * this prefix on itself (admission plugin NodeRestriction), so a node that was taken over cannot invite the pods of others: annex sets it after the join.
 */
export const nodePoolLabel = 'node-restriction.kubernetes.io/paas-pool'
export const sharedNodePool = 'shared'

/** The placement of tenant pods on the nodes of one pool. */
export function nodePoolPlacement(pool: string): Placement {
  return { ...tenantPlacement, nodeSelector: { ...tenantPlacement.nodeSelector, [nodePoolLabel]: pool } }
}

export interface PooledTenant {
  /** Namespace of the tenant. */
  name: string
  /** Names of the workers that are for this tenant alone; empty: it shares those that are nobody's own. */
  dedicatedNodes: string[]
}

/** The pool of a tenant's pods: the shared one, or its own. */
export function nodePoolOf({ name, dedicatedNodes }: PooledTenant): string {
  return dedicatedNodes.length === 0 ? sharedNodePool : name
}

/** The pool of each worker, by the worker's name. */
export function nodePools(workers: string[], tenants: PooledTenant[]): Record<string, string> {
  return Object.fromEntries(workers.map((worker) => [worker, tenants.find(({ dedicatedNodes }) => dedicatedNodes.includes(worker))?.name ?? sharedNodePool]))
}
