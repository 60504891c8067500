/** What admission would refuse of what a cluster runs already, before it is there: the same rules on listed objects. */
import { namespacePoolLabel } from './admission-cel.ts'
import { otherPodFaults, tenantPodFaults, tenantTemplateFaults } from './admission-rules.ts'
import { findWorkload, nameOf, type ObjectName } from './place-object.ts'
import { nodePoolPlacement, sharedNodePool } from './node-pools.ts'
import { otherPlacement, placePod, type PodSpec } from './place-pod.ts'
import type { AdmissionApi, PlacementAdmissionOptions } from './render-admission.ts'
import { isPlain, type Plain } from './plain.ts'
import { PathFault, updateAt } from './pod-settings.ts'
import { workloads } from './workloads.ts'

export interface Existing {
  namespaces: { name: string; labels: Record<string, string> }[]
  /** Pods and the built-in kinds that make pods, with apiVersion and kind. */
  objects: unknown[]
}

export interface Refusal { object: ObjectName; why: string }

/**
 * Pure. A pod that a template makes is judged by its template; one of the cloud's system namespaces is never refused.
 * @returns what could not be created again, in the order given; empty where admission would change nothing.
 */
export function evaluateExisting({ namespaces, objects }: Existing, options: PlacementAdmissionOptions, api: AdmissionApi): Refusal[] {
  const labels = new Map(namespaces.map((it) => [it.name, it.labels]))
  return objects.flatMap((object) => {
    if (!isPlain(object) || isMadeByTemplate(object) || isStatic(object)) return []
    const name = nameOf(object)
    const own = labels.get(name.namespace ?? '') ?? {}
    const tenant = own['paas-tier'] === 'tenant'
    if (!tenant && (options.systemNamespaces.includes(name.namespace ?? '') || isException(name, options))) return []
    const pool = own[namespacePoolLabel] ?? sharedNodePool
    const why = podSpecsOf(object).flatMap((spec) => (tenant ? tenantFaults(spec, pool, api) : otherFaults(spec, options)))
    return why.length === 0 ? [] : [{ object: name, why: why.join('; ') }]
  })
}

function tenantFaults(spec: PodSpec, pool: string, { mutating }: AdmissionApi): string[] {
  const placement = nodePoolPlacement(pool)
  return mutating ? tenantTemplateFaults(spec, placement) : tenantPodFaults(spec, placement)
}

function otherFaults(spec: PodSpec, { preferNoSchedule }: PlacementAdmissionOptions): string[] {
  const { error } = preferNoSchedule ? placePod(spec, otherPlacement) : { error: undefined }
  return [...otherPodFaults(spec), ...(error === undefined ? [] : [`it would run nowhere: ${error}`])]
}

/** Of a pod that runs, nodeName is the scheduler's. */
function podSpecsOf(object: Plain): PodSpec[] {
  const specs: PodSpec[] = []
  const kind = String(object['kind'])
  const workload = findWorkload(workloads, String(object['apiVersion']), kind)
  for (const { at } of workload?.pods ?? []) {
    try {
      updateAt(object, at, (spec) => {
        specs.push((kind === 'Pod' ? { ...spec, nodeName: undefined } : spec) as PodSpec)
        return spec
      })
    } catch (fault) {
      if (!(fault instanceof PathFault)) throw fault
    }
  }
  return specs
}

const templateKinds = new Set(['Deployment', 'ReplicaSet', 'ReplicationController', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob'])

function isMadeByTemplate({ metadata }: Plain): boolean {
  const owners = isPlain(metadata) && Array.isArray(metadata['ownerReferences']) ? metadata['ownerReferences'] : []
  return owners.some((owner) => isPlain(owner) && owner['controller'] === true && templateKinds.has(String(owner['kind'])))
}

function isStatic({ metadata }: Plain): boolean {
  return isPlain(metadata) && isPlain(metadata['annotations']) && Object.hasOwn(metadata['annotations'], 'kubernetes.io/config.mirror')
}

function isException({ kind, namespace, name }: ObjectName, { daemonSets }: PlacementAdmissionOptions): boolean {
  return kind === 'DaemonSet' && daemonSets.some((it) => it.namespace === namespace && it.name === name)
}
