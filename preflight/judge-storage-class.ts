/** Whether the class of local volumes is the stack's own. */
import { storageClassName } from '../components/local-storage/render.ts'
import type { ClusterFacts } from './cluster.ts'

/** A class cannot be changed: an update would fail there, with its hosts half done. @returns one sentence a fault: what was seen, what is allowed, the fix */
export function judgeStorageClass(found: ClusterFacts['storageClass']): string[] {
  if (found === undefined || found.managedBy === 'annex') return []
  const seen = `app.kubernetes.io/managed-by is ${found.managedBy ?? 'not set'}`
  return [`the StorageClass ${storageClassName} exists and is not annex's (${seen}): a class cannot be changed into another. Delete it, volumes that are bound stay bound: kubectl delete storageclass ${storageClassName}. Where it is annex's all the same, and has lost the label: kubectl label storageclass ${storageClassName} app.kubernetes.io/managed-by=annex`]
}
