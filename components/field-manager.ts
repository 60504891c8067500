/** Who owns the fields of annex's Kubernetes objects, for server-side apply. */
import * as pulumi from '@pulumi/pulumi'

const annotation = 'pulumi.com/patchFieldManager'

/**
 * A Pulumi transform that gives every Kubernetes object of the stack one field manager of a fixed name. Pulumi's own is made up
 * per object: after a killed run the object taken over would keep it as an owner beside the new one, and refuse later changes as conflicts.
 * A patch has a manager of its own, or two patches of one object would take each other's fields away.
 */
export function ownFields({ type, name, props, opts }: pulumi.ResourceTransformArgs): pulumi.ResourceTransformResult | undefined {
  if (!/^kubernetes:[^:]*\/[^:]*:/.test(type) || props['metadata'] === undefined) return undefined
  const manager = type.endsWith('Patch') ? `annex-${name}` : 'annex'
  const metadata = pulumi.output(props['metadata'] as Metadata).apply((given) => ({ ...given, annotations: { [annotation]: manager, ...given.annotations } }))
  return { props: { ...props, metadata }, opts }
}

interface Metadata { annotations?: Record<string, string> }
