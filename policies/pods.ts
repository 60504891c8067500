import type { Field } from './field.ts'
import { type KubernetesObject, objectsOf } from './kubernetes.ts'
import { type Fault, type Resource, unverifiable } from './rule.ts'
import type { Settings } from './settings.ts'

/** A pod, or the template of one. */
export interface Pod {
  spec: Field
  metadata: Field
  /** Init, ordinary and ephemeral containers. */
  containers: Field[]
  /**
   * Somebody else completes it (a Patch, a custom resource that a controller makes pods of): what is set is judged, what is
   * not set is no fault.
   */
  partial: boolean
  /** The object that holds it. */
  owner: KubernetesObject
}

/** Where the built-in kinds keep a pod's template; [] is the object itself. */
const TEMPLATE: Readonly<Record<string, readonly string[]>> = {
  Pod: [],
  PodTemplate: ['template'],
  ReplicationController: ['spec', 'template'],
  ReplicaSet: ['spec', 'template'],
  Deployment: ['spec', 'template'],
  StatefulSet: ['spec', 'template'],
  DaemonSet: ['spec', 'template'],
  Job: ['spec', 'template'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template'],
}

/** Their groups, past ones too. */
const WORKLOAD_GROUPS = ['', 'apps', 'batch', 'extensions']

/** Groups whose other kinds hold no pods, and policy engines, whose objects hold patterns of pods. */
const NO_PODS = new Set([
  ...WORKLOAD_GROUPS, 'autoscaling', 'policy', 'admissionregistration.k8s.io', 'apiextensions.k8s.io', 'apiregistration.k8s.io',
  'authentication.k8s.io', 'authorization.k8s.io', 'certificates.k8s.io', 'coordination.k8s.io', 'discovery.k8s.io', 'events.k8s.io',
  'flowcontrol.apiserver.k8s.io', 'networking.k8s.io', 'node.k8s.io', 'rbac.authorization.k8s.io', 'resource.k8s.io',
  'scheduling.k8s.io', 'storage.k8s.io', 'kyverno.io', 'policies.kyverno.io', 'cli.kyverno.io', 'templates.gatekeeper.sh',
  'constraints.gatekeeper.sh', 'mutations.gatekeeper.sh',
])

const CONTAINERS = ['initContainers', 'containers', 'ephemeralContainers'] as const

/**
 * Every pod in a resource: where the known kinds keep it, whatever their API version (a Patch may set one field of it only),
 * and in custom resources each object that has a list of containers.
 */
export function podsOf(resource: Resource): Pod[] {
  resource.known ??= {}
  return (resource.known.pods ??= objectsOf(resource).flatMap(podsIn))
}

function podsIn(owner: KubernetesObject): Pod[] {
  const path = WORKLOAD_GROUPS.includes(owner.group) && Object.hasOwn(TEMPLATE, owner.kind) ? TEMPLATE[owner.kind] : undefined
  if (path !== undefined) {
    const template = owner.object.get(...path)
    return template.isAbsent ? [] : [pod(template.get('spec'), template.get('metadata'), owner, owner.patch)]
  }
  // An item of a List, or what a file holds, may be one.
  if (owner.object.isUnknown && ['', 'ConfigFile', 'ConfigGroup'].includes(owner.kind)) return [pod(owner.object, owner.object, owner, true)]
  if (NO_PODS.has(owner.group)) return []
  const specs = [...owner.object.walk()].filter(mayBeSpec)
  return specs.map((spec) => pod(spec, spec.parent.get('metadata'), owner, true))
}

/** Of a custom resource: what has a list of containers, known or not, or may have one below what is not known. */
function mayBeSpec(field: Field): boolean {
  if (field.isUnknown) return ['', 'spec', 'template', 'podTemplate'].includes(field.key)
  return CONTAINERS.some((list) => field.has(list) && (field.get(list).isUnknown || Array.isArray(field.get(list).value)))
}

function pod(spec: Field, metadata: Field, owner: KubernetesObject, partial: boolean): Pod {
  const containers = spec.isUnknown ? [spec] : CONTAINERS.flatMap((list) => spec.get(list).items())
  return { spec, metadata, containers, partial, owner }
}

/** A release of Helm, whose pods nobody sees before it is applied. */
export function isRelease({ type }: Resource): boolean {
  return type.startsWith('kubernetes:helm.sh/') && type.endsWith(':Release')
}

/** A rule about pods: the faults of each, and an honest word where the pods cannot be seen. */
export function checkPods(resource: Resource, check: (pod: Pod) => Fault[]): Fault[] {
  if (isRelease(resource)) {
    return [
      unverifiable(
        resource.properties.get('chart'),
        'is rendered by Helm when it is applied: its pods are not seen here',
      ),
    ]
  }
  return podsOf(resource).flatMap(check)
}

/** A rule about containers, of every kind of them. */
export function checkContainers(resource: Resource, check: (container: Field, pod: Pod) => Fault[]): Fault[] {
  return checkPods(resource, (it) => it.containers.flatMap((container) => check(container, it)))
}

/** The pod's own security context, and that of each container: the places of a setting that both may have. */
export function securityContexts({ spec, containers }: Pod): Field[] {
  return [spec, ...containers].map((holder) => holder.get('securityContext'))
}

/** A control that does not apply to Windows pods, since the field of the pod's system exists (1.25). */
export function unlessWindows({ spec }: Pod, { kubernetesMinor }: Settings, faults: Fault[]): Fault[] {
  return kubernetesMinor < 25 ? faults : unless(spec.get('os', 'name'), (value) => value === 'windows', faults)
}

/** A control that is relaxed for a pod whose root is nobody on the node, since 1.35. */
export function unlessUserNamespace({ spec }: Pod, { kubernetesMinor }: Settings, faults: Fault[]): Fault[] {
  return kubernetesMinor < 35 ? faults : unless(spec.get('hostUsers'), (value) => value === false, faults)
}

function unless(field: Field, excuses: (value: unknown) => boolean, faults: Fault[]): Fault[] {
  if (field.isUnknown && !faults.every(({ kind }) => kind === 'unverifiable')) return [unverifiable(field)]
  return excuses(field.value) ? [] : faults
}
