/** Tells whether an object of a kind that nobody described seems to make pods, so that none is passed over in silence. */
import { isPlain, type Plain } from './plain.ts'
import { groupOf } from './workloads.ts'

/** Kinds that speak of pods, or of what runs them, and make none. */
const makesNone: { group: RegExp; kinds?: string[] }[] = [
  { group: /^apiextensions\.k8s\.io$/ },
  { group: /^node\.k8s\.io$/ },
  // Rules about pods of others.
  { group: /(^|\.)(kyverno\.io|gatekeeper\.sh|cilium\.io|projectcalico\.org|(networking|security|telemetry|extensions)\.istio\.io)$/ },
  { group: /^apps\.kruise\.io$/, kinds: ['SidecarSet', 'WorkloadSpread', 'PodProbeMarker', 'PersistentPodState'] },
  { group: /^kafka\.strimzi\.io$/, kinds: ['KafkaTopic'] },
  // Nodes and their capacity.
  { group: /(^|\.)(karpenter\.sh|kueue\.x-k8s\.io|cluster\.x-k8s\.io)$/ },
  { group: /^sriovnetwork\.openshift\.io$/, kinds: ['SriovNetworkNodePolicy'] },
  { group: /^(resource\.k8s\.io|nmstate\.io)$/ },
  // Copies of messages, hooks in pods of others, a template as it once was.
  { group: /^jetstream\.nats\.io$/ },
  { group: /^velero\.io$/ },
  { group: /^apps$/, kinds: ['ControllerRevision'] },
  // Objects that make other objects later; these are placed by admission.
  { group: /^(helm|kustomize|source)\.toolkit\.fluxcd\.io$/ },
  { group: /^argoproj\.io$/, kinds: ['Application', 'ApplicationSet', 'AppProject'] },
]

/** A kind of Kubernetes itself is in the table if it makes pods; a volume's nodeAffinity or an autoscaler's replicas are not a pod's. */
const ofKubernetes = /^(|apps|batch|extensions|autoscaling|policy|.*\.k8s\.io)$/

/** Paths of what looks like the settings of a pod, or of a number of pods. */
export function podLike(object: Plain & { apiVersion: string; kind: string }): string[] {
  const group = groupOf(object.apiVersion)
  if (makesNone.some((it) => it.group.test(group) && (it.kinds?.includes(object.kind) ?? true))) return []
  const looks = ofKubernetes.test(group) ? hasContainers : (value: Plain, path: string) => hasContainers(value) || hasSettings(value) || (path === 'spec' && hasNumber(value))
  const found: string[] = []
  const walk = (value: unknown, path: string) => {
    if (Array.isArray(value)) value.forEach((item, i) => walk(item, `${path}[${i}]`))
    if (!isPlain(value)) return
    if (looks(value, path)) found.push(path)
    for (const [key, inner] of Object.entries(value)) if (path !== '' || !['status', 'metadata'].includes(key)) walk(inner, path === '' ? key : `${path}.${key}`)
  }
  walk(object, '')
  return found
}

function hasContainers(value: Plain): boolean {
  return ['containers', 'initContainers', 'tolerations'].some((key) => Array.isArray(value[key]))
}

function hasSettings({ nodeSelector, affinity, topologySpreadConstraints, ...other }: Plain): boolean {
  const isAffinity = isPlain(affinity) && ['nodeAffinity', 'podAffinity', 'podAntiAffinity'].some((key) => Object.hasOwn(affinity, key))
  const isSelector = isPlain(nodeSelector) && Object.values(nodeSelector).every((value) => typeof value === 'string')
  return isAffinity || isSelector || Array.isArray(topologySpreadConstraints) || ['podTemplate', 'podTemplateSpec', 'podSpec'].some((key) => isPlain(other[key]))
}

/** How many pods there shall be, in the words of most operators. */
function hasNumber(spec: Plain): boolean {
  return ['replicas', 'instances'].some((key) => typeof spec[key] === 'number')
}
