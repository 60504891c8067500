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
  about: 'pods',
  check: (resource) =>
    checkPods(resource, ({ spec, partial }) =>
      partial
        ? []
        : [...spec.get('initContainers').items(), ...spec.get('containers').items()].flatMap((container) =>
            WANTED.flatMap(([kind, name]) => demand(container.get('resources', kind, name), (value) => typeof value === 'number' || (typeof value === 'string' && value !== ''), 'is not set')),
          ),
    ),
}
