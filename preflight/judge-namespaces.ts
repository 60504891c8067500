/** Whether the namespaces of the stack are its own. A run takes over what is there, so somebody else's must be found before. */
import { platformNamespaces } from '../components/tenant-isolation/names.ts'
import type { NamespaceFacts } from './cluster.ts'

/** @param stack name of the Pulumi stack that wants them @returns one sentence a fault: what was seen, what is allowed, the fix. */
export function judgeNamespaces(wanted: string[], { namespaces }: { namespaces: NamespaceFacts[] }, stack: string): string[] {
  return namespaces.filter(({ name }) => wanted.includes(name)).flatMap((found) => {
    const { name, managedBy } = found
    if (isForeignPlatform(found)) return []
    if (managedBy !== 'annex') {
      const lost = platformNamespaces.includes(name)
      const seen = `app.kubernetes.io/managed-by ${managedBy ? `is ${managedBy}` : 'is not set'}`
      return [`the namespace ${name} ${lost ? `has lost the label that it is annex's (${seen}): set it again` : `exists and is not annex's (${seen}): give the tenant another name, delete the namespace, or hand it over`}: kubectl label namespace ${name} app.kubernetes.io/managed-by=annex --overwrite`]
    }
    if (found.stack === undefined || found.stack === stack) return []
    if (platformNamespaces.includes(name)) return [`the namespace ${name} belongs to the stack ${found.stack}: one stack runs the platform of a cluster, and a second one would take its policies away when it goes. Use that stack, or give further tenants stacks of their own (docs/scale.md)`]
    return [`the namespace ${name} belongs to the stack ${found.stack}, not to ${stack}: a tenant that changes its stack is deleted in one with all its data, and made anew in the other. Put it back where it was (its line \`stack\` in tenants/<environment>.yaml, or annex:tenants)`]
  })
}

/** Those of the platform's namespaces that the stack makes. One with somebody's IAM or operators in it, from before annex, is used as it is. */
export function ownPlatform({ namespaces }: { namespaces: NamespaceFacts[] }): string[] {
  return platformNamespaces.filter((name) => !namespaces.some((found) => found.name === name && isForeignPlatform(found)))
}

/** With the label of a stack it was annex's, and who took the other label off may not have wanted Pulumi to delete it. */
function isForeignPlatform({ name, managedBy, stack }: NamespaceFacts): boolean {
  return platformNamespaces.includes(name) && managedBy !== 'annex' && stack === undefined
}

/**
 * A namespace that goes from one tenant to another in one update would keep its secrets and volumes, and what its first people made there: their
 * roles and network policies go on.
 * @param wanted by namespace, the tenant that it is to be
 */
export function judgeOwners(wanted: Record<string, string>, { namespaces }: { namespaces: NamespaceFacts[] }, stack: string): string[] {
  // That of another stack is told of as that.
  const own = namespaces.filter((it) => it.stack === undefined || it.stack === stack)
  return own.filter(({ name, tenant }) => tenant !== undefined && wanted[name] !== undefined && wanted[name] !== tenant).map(({ name, tenant }) =>
    `the namespace ${name} is the tenant ${tenant}'s, and should become ${wanted[name]}'s, with all that is in it: whoever worked there would go on. Take it out of ${tenant} first (protect: false, update, then out, update), and give it to ${wanted[name]} after that: it begins empty. Where ${tenant} is configured nowhere any more: delete the namespace, or hand it over as it is: kubectl annotate namespace ${name} annex/tenant-`)
}

/** What to tell of the stack's namespaces that its configuration no longer has; undefined where there are none. */
export function leavingNamespaces(wanted: string[], { namespaces }: { namespaces: NamespaceFacts[] }, stack: string): string | undefined {
  const leaving = namespaces.filter((it) => it.stack === stack && !wanted.includes(it.name)).map(({ name }) => `  - ${name}`)
  if (leaving.length === 0) return undefined
  return `these namespaces are no longer in the configuration, so they are deleted with all that is in them, volumes too; a tenant with a new name is another tenant, and empty:\n${leaving.join('\n')}`
}
