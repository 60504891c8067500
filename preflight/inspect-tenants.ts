/** Looks at what a stack of tenants would change in the cluster, before it does. */
import * as pulumi from '@pulumi/pulumi'
import { readNamespaces } from './cluster.ts'
import { judgeNamespaces, leavingNamespaces } from './judge-namespaces.ts'
import { refusal } from './refusal.ts'

/**
 * Warns of the tenants whose end this update is.
 * @param wanted namespaces of the stack's tenants
 * @throws pulumi.RunError where one of them is somebody else's
 */
export async function inspectTenants({ context, stack, wanted }: { context: string; stack: string; wanted: string[] }): Promise<void> {
  const namespaces = await readNamespaces(context, wanted, stack)
  const faults = judgeNamespaces(wanted, { namespaces }, stack)
  if (faults.length > 0) throw refusal(faults)
  const leaving = leavingNamespaces(wanted, { namespaces }, stack)
  if (leaving !== undefined) void pulumi.log.warn(leaving)
}
