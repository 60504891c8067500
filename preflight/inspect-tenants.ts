/** Looks at what a stack of tenants would change in the cluster, before it does. */
import * as pulumi from '@pulumi/pulumi'
import { readNamespaces } from './cluster.ts'
import { judgeNamespaces, judgeOwners, leavingNamespaces } from './judge-namespaces.ts'
import { refusal } from './refusal.ts'

/**
 * Warns of the tenants whose end this update is.
 * @param wanted by namespace, which of the stack's tenants it is to be
 * @throws pulumi.RunError where one of them is somebody else's
 */
export async function inspectTenants({ context, stack, wanted }: { context: string; stack: string; wanted: Record<string, string> }): Promise<void> {
  const names = Object.keys(wanted)
  const namespaces = await readNamespaces(context, names, stack)
  const faults = [...judgeNamespaces(names, { namespaces }, stack), ...judgeOwners(wanted, { namespaces }, stack)]
  if (faults.length > 0) throw refusal(faults)
  const leaving = leavingNamespaces(names, { namespaces }, stack)
  if (leaving !== undefined) void pulumi.log.warn(leaving)
}
