import type { Field } from './field.ts'
import { type Fault, type Resource, unverifiable } from './rule.ts'

/** The kind of a Kubernetes resource without its API version, undefined for other resources. */
export function kindOf(resource: Resource): { kind: string; patch: boolean } | undefined {
  const token = /^kubernetes:[^:]*:(?<name>[^:]+)$/.exec(resource.type)
  const name = token?.groups?.['name']
  if (name === undefined) return undefined
  const patch = name.endsWith('Patch')
  return { kind: patch ? name.slice(0, -'Patch'.length) : name, patch }
}

/** The resource's objects with their kinds: itself, or the items of a list. */
export function objectsOf(resource: Resource): { kind: string; object: Field }[] {
  const name = kindOf(resource)
  if (name === undefined) return []
  if (!name.kind.endsWith('List')) return [{ kind: name.kind, object: resource.properties }]
  return resource.properties
    .get('items')
    .items()
    .map((object) => {
      const own = object.get('kind').value
      return { kind: typeof own === 'string' ? own : name.kind.slice(0, -'List'.length), object }
    })
}

const POD_SPEC: Readonly<Record<string, readonly string[]>> = {
  Pod: ['spec'],
  PodTemplate: ['template', 'spec'],
  ReplicationController: ['spec', 'template', 'spec'],
  ReplicaSet: ['spec', 'template', 'spec'],
  Deployment: ['spec', 'template', 'spec'],
  StatefulSet: ['spec', 'template', 'spec'],
  DaemonSet: ['spec', 'template', 'spec'],
  Job: ['spec', 'template', 'spec'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
}

const CONTAINERS = ['initContainers', 'containers', 'ephemeralContainers'] as const

/**
 * Every pod spec in a resource: where the known kinds keep it, whatever their API version (a Patch may set one field of
 * it only), and in other kinds, custom resources among them, each object that has a list of containers.
 */
export function podSpecsOf(resource: Resource): Field[] {
  return objectsOf(resource).flatMap(({ kind, object }) => {
    const path = Object.hasOwn(POD_SPEC, kind) ? POD_SPEC[kind] : undefined
    if (path !== undefined) return [object.get(...path)]
    return [...object.walk()].filter((field) => CONTAINERS.some((list) => Array.isArray(field.get(list).value)))
  })
}

/** Init, ordinary and ephemeral containers of a pod spec. */
export function containersOf(podSpec: Field): Field[] {
  return podSpec.isUnknown ? [podSpec] : CONTAINERS.flatMap((list) => podSpec.get(list).items())
}

/** A rule about pods: the faults of each pod spec, and an honest word where the pods cannot be seen. */
export function checkPods(resource: Resource, check: (podSpec: Field) => Fault[]): Fault[] {
  if (resource.type.startsWith('kubernetes:helm.sh/') && resource.type.endsWith(':Release')) {
    return [
      unverifiable(
        resource.properties.get('chart'),
        'is rendered by Helm when it is applied: its pods are not seen here',
      ),
    ]
  }
  return podSpecsOf(resource).flatMap(check)
}
