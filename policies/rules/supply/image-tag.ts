import { checkPods } from '../../pods.ts'
import { demand, refuse, type ResourceRule } from '../../rule.ts'
import { imagesOf, partsOf } from './image.ts'

export const imageTag: ResourceRule = {
  id: 'supply-image-tag',
  title: 'Every image is named by a digest or a fixed tag.',
  severity: 'medium',
  frameworks: { cis: ['5.5.1'], nsa: ['Supply chain: images'] },
  why: 'latest, or no tag, is another image tomorrow: what was reviewed is not what runs, and two replicas may differ.',
  fix: 'Name a version (registry.example/app:1.2.3) or a digest (app@sha256:...).',
  url: 'https://kubernetes.io/docs/concepts/containers/images/#image-names',
  looksAt: 'inputs',
  about: ['pods'],
  check: (resource) => checkPods(resource, (pod) => imagesOf(pod).flatMap((image) => (pod.partial ? refuse : demand)(image, isFixed, 'has no digest and no fixed tag (not shown)'))),
}

function isFixed(image: unknown): boolean {
  const { tag, digest } = partsOf(image)
  return digest !== undefined || (tag !== undefined && tag !== 'latest')
}
