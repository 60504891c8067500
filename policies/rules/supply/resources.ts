import type { Field } from '../../field.ts'
import { checkPods } from '../../pods.ts'
import { demand, type ResourceRule } from '../../rule.ts'

const WANTED = [['requests', 'cpu'], ['requests', 'memory'], ['limits', 'memory']] as const

export const resources: ResourceRule = {
  id: 'supply-resources',
  title: 'Every container says what it needs and where its limit is.',
  severity: 'low',
  frameworks: { nsa: ['Resource policies'], mtb: ['Configure namespace object limits'] },
  why: 'Without requests the scheduler overfills the node; without a limit of memory one container takes the memory of all.',
  fix: 'Set resources.requests of cpu and memory, and resources.limits of memory.',
  url: 'https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/',
  looksAt: 'inputs',
  about: ['pods'],
  check: (resource, { kubernetesMinor }) =>
    checkPods(resource, ({ spec, partial }) =>
      partial
        ? []
        : [...spec.get('initContainers').items(), ...spec.get('containers').items()].flatMap((container) =>
            WANTED.flatMap(([kind, name]) => demand(decisive(container.get('resources', kind, name), kubernetesMinor < OF_PODS ? undefined : spec.get('resources', kind, name)), (value) => typeof value === 'number' || (typeof value === 'string' && value !== ''), 'is not set')),
          ),
    ),
}

/** Minor version of Kubernetes 1 since which a pod may have resources for all of its containers together. */
const OF_PODS = 34

/** What the pod has counts where the container has none; what is missing, is missing in the container. */
function decisive(own: Field, ofPod: Field | undefined): Field {
  return own.isAbsent && ofPod?.isAbsent === false ? ofPod : own
}
