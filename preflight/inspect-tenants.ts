/** Looks at what a stack of tenants would change in the cluster, before it does. */
import * as pulumi from '@pulumi/pulumi'
import { readNamespaces } from './cluster.ts'
import { judgeNamespaces, leavingNamespaces } from './judge-namespaces.ts'

/**
 * Warns of the tenants whose end this update is.
 * @param wanted namespaces of the stack's tenants
 * @throws pulumi.RunError where one of them is somebody else's
 */
export async function inspectTenants({ context, stack, wanted }: { context: string; stack: string; wanted: string[] }): Promise<void> {
  const namespaces = await readNamespaces(context, wanted, stack)
  const faults = judgeNamespaces(wanted, { namespaces }, stack)
  if (faults.length > 0) throw new pulumi.RunError(`preflight found ${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}; nothing was changed:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`)
  const leaving = leavingNamespaces(wanted, { namespaces }, stack)
  if (leaving !== undefined) void pulumi.log.warn(leaving)
}
