import { checkPods } from '../../pods.ts'
import { refuse, type ResourceRule } from '../../rule.ts'
import { imagesOf, partsOf, withRegistry } from './image.ts'

export const registries: ResourceRule = {
  id: 'supply-registries',
  title: 'Every image comes from an allowed registry.',
  severity: 'high',
  frameworks: { cis: ['5.5.1'], nsa: ['Supply chain: images'] },
  why: 'An image from anywhere is code from anybody.',
  fix: 'Use an image from a registry that policies/settings.ts names, or add the registry there.',
  url: 'https://kubernetes.io/docs/concepts/containers/images/',
  looksAt: 'inputs',
  about: ['pods'],
  check: (resource, { registries }) =>
    registries.length === 0
      ? []
      : checkPods(resource, (pod) =>
          imagesOf(pod).flatMap((image) => refuse(image, (name) => comesFrom(name, registries), `is from none of the allowed registries (${registries.join(', ')})`)),
        ),
}

function comesFrom(image: unknown, registries: readonly string[]): boolean {
  const { repository } = partsOf(image)
  return repository !== undefined && registries.some((registry) => withRegistry(repository).startsWith(`${registry}/`))
}
