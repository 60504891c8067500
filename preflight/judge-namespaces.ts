/** Whether the namespaces of the stack are its own. A run takes over what is there, so somebody else's must be found before. */
import type { ClusterFacts } from './cluster.ts'

/** @returns one sentence a fault: what was seen, what is allowed, the fix. */
export function judgeNamespaces(wanted: string[], { namespaces }: ClusterFacts): string[] {
  return namespaces.filter(({ name, managedBy }) => wanted.includes(name) && managedBy !== 'annex').map(({ name, managedBy }) =>
    `the namespace ${name} exists and is not annex's (app.kubernetes.io/managed-by ${managedBy ? `is ${managedBy}` : 'is not set'}): give the tenant another name, delete the namespace, or hand it over: kubectl label namespace ${name} app.kubernetes.io/managed-by=annex --overwrite`)
}
