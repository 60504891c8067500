import { checkContainers } from '../../pods.ts'
import { demand, refuse, type ResourceRule, show } from '../../rule.ts'

export const readOnlyRoot: ResourceRule = {
  id: 'supply-read-only-root',
  title: 'Every container has a root file system that it cannot change.',
  severity: 'low',
  frameworks: { nsa: ['Immutable container file systems'], mtb: ['Require read-only root file system'] },
  why: 'Who got into a container changes its programs, and stays.',
  fix: 'Set securityContext.readOnlyRootFilesystem to true and mount an emptyDir where the program writes.',
  url: 'https://kubernetes.io/docs/tasks/configure-pod-container/security-context/',
  looksAt: 'inputs',
  about: ['pods'],
  check: (resource) =>
    checkContainers(resource, (container, { partial, spec }) => {
      if (spec.get('os', 'name').value === 'windows') return []
      const field = container.get('securityContext', 'readOnlyRootFilesystem')
      return (partial ? refuse : demand)(field, (value) => value === true, `is ${show(field.value)}, needed is true`)
    }),
}
