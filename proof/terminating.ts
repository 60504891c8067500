/** Why a namespace that was deleted is still there, in words. */

/** As the API server has it: `kubectl get namespace <name> -o json`. */
export interface NamespaceObject {
  metadata: { name: string; deletionTimestamp?: string }
  spec?: { finalizers?: string[] }
  status?: { conditions?: { type: string; status: string; message?: string }[] }
}

/** An object that is left in it. */
export interface Left {
  apiVersion: string
  kind: string
  metadata: { name: string; namespace: string; finalizers?: string[]; deletionTimestamp?: string }
  spec?: { nodeName?: string }
}

/** @returns one sentence for each thing in the way, with what to do; none where nothing is. */
export function explainTerminating({ metadata, spec, status }: NamespaceObject, left: Left[]): string[] {
  if (metadata.deletionTimestamp === undefined) return [`namespace ${metadata.name} is not being deleted`]
  const failing = (type: string) => status?.conditions?.find((it) => it.type === type && it.status === 'True')?.message
  const discovery = failing('NamespaceDeletionDiscoveryFailure')
  const refused = failing('NamespaceDeletionContentFailure')
  const foreign = (spec?.finalizers ?? []).filter((it) => it !== 'kubernetes')
  return [
    ...(discovery === undefined ? [] : [`the API server does not know all kinds, so what is left cannot be listed (${discovery}): "kubectl get apiservices" shows which service does not answer; mend it, or delete its APIService if it is gone for good`]),
    ...(refused === undefined ? [] : [`something may not be deleted: ${refused}`]),
    ...left.flatMap((it) => why(it) ?? []),
    ...(foreign.length === 0 ? [] : [`the namespace itself waits for ${foreign.join(', ')}: whoever set that must take it off`]),
  ]
}

function why({ apiVersion, kind, metadata: { name, namespace, finalizers = [], deletionTimestamp }, spec }: Left): string | undefined {
  const what = `${kind} ${name}`
  if (deletionTimestamp === undefined) return finalizers.length === 0 ? undefined : `${what} is not being deleted yet`
  if (kind === 'Pod' && spec?.nodeName) return `${what} waits for the kubelet of ${spec.nodeName} to end it: is that node Ready (kubectl get node ${spec.nodeName})? One that is gone for good: kubectl taint node ${spec.nodeName} node.kubernetes.io/out-of-service=nodeshutdown:NoExecute ends its pods; then take it out of annex:workers ("A worker does not answer" in docs/operations.md)`
  if (finalizers.includes('kubernetes.io/pvc-protection')) return `${what} waits until no pod uses it (kubernetes.io/pvc-protection)`
  if (finalizers.length > 0) return `${what} waits for ${finalizers.join(', ')}: the operator that set it must take it off; is it still running? Where it is gone for good: kubectl patch ${resource(apiVersion, kind)} ${name} -n ${namespace} --type=merge -p '{"metadata":{"finalizers":null}}'`
  return `${what} is being deleted`
}

/** As kubectl takes it; the group tells apart kinds of the same name, such as the Cluster of several operators. */
function resource(apiVersion: string, kind: string): string {
  const [group, version] = apiVersion.split('/')
  return version === undefined ? kind.toLowerCase() : `${kind.toLowerCase()}.${group}`
}
