/** Whether a node is taken from a tenant that has data there: its pods would wait for ever, on the one node where they may not run. */
import type { VolumeFacts } from './cluster.ts'

export interface PoolOfNode {
  node: string
  /** The tenant that the node will be dedicated to, or `shared`. */
  pool: string
  /** Names of its PersistentVolumes. */
  volumes: string[]
}

/**
 * @param pools of tenants, by namespace
 * @returns one sentence for each volume in the way: what was seen, the fix
 */
export function judgeNodePools(nodes: PoolOfNode[], pools: Record<string, string>, volumes: VolumeFacts[]): string[] {
  return nodes.flatMap(({ node, pool, volumes: own }) => volumes.filter(({ name, phase }) => phase === 'Bound' && own.includes(name)).flatMap(({ name, claim }) => {
    const wanted = pools[claim?.split('/')[0] ?? '']
    if (wanted === undefined || wanted === pool) return []
    return [`${node} will take pods of the pool ${pool} only, but the claim ${claim} of the pool ${wanted} has its data there (volume ${name}): leave annex:tenants[].dedicatedNodes as they are, or back the data up (docs/storage.md) and delete the claim first`]
  }))
}
