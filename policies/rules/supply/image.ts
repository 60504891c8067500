import type { Field } from '../../field.ts'
import type { Pod } from '../../pods.ts'

/** The names of all images of a pod: those of its containers, and those that are mounted as volumes. */
export function imagesOf({ spec, containers }: Pod): Field[] {
  const volumes = spec.get('volumes').items().map((volume) => volume.get('image')).filter(({ isAbsent }) => !isAbsent)
  return [...containers.map((container) => container.get('image')), ...volumes.map((image) => image.get('reference'))]
}

/** An image's name in its parts, as the container runtimes read it; undefined: not there. */
export function partsOf(image: unknown): { repository?: string; tag?: string; digest?: string } {
  const parts = typeof image === 'string' ? /^(?<repository>[^\s@]+?)(?::(?<tag>\w[\w.-]{0,127}))?(?:@(?<digest>(?:sha256|blake3):[0-9a-f]{64}|sha512:[0-9a-f]{128}))?$/.exec(image)?.groups : undefined
  return { ...parts }
}

/** The repository with its registry, as the container runtimes read it: without one it is docker.io, where a single word is an official image. */
export function withRegistry(repository: string): string {
  const [first, ...rest] = repository.split('/')
  const named = rest.length > 0 && (/[.:A-Z]/.test(first!) || first === 'localhost')
  const registry = named && first !== 'index.docker.io' ? first : 'docker.io'
  const path = named ? rest : [first, ...rest]
  return [registry, ...(registry === 'docker.io' && path.length === 1 ? ['library'] : []), ...path].join('/')
}
