/** CEL over the images of a pod, volumes of the type `image` among them. */
import { listOf } from './rule.ts'

/** The containers of a pod with their images; ephemeral ones have another type, so only what is asked for is taken. */
export function ofContainers(field: string): string {
  return ['containers', 'initContainers', 'ephemeralContainers'].map((list) => `${listOf(list)}.map(c, c.?${field}.orValue(""))`).join(' + ')
}

/** What an image volume says, in the order of `ofContainers`. */
export function ofVolumes(field: string): string {
  return `${listOf('volumes')}.filter(v, has(v.image)).map(v, v.image.?${field}.orValue(""))`
}

/** What all containers and image volumes of the pod name. */
export const podImages = `${ofContainers('image')} + ${ofVolumes('reference')}`

/** Whether the pod had the same images before. */
export const sameImages = `(${podImages.replaceAll('object.spec', 'oldObject.spec')}) == (${podImages})`

/**
 * The name in full, as container runtimes read it: without a slash it is an official image of docker.io, which may be named in front of it and is
 * index.docker.io too; and the part before the first slash is a registry only with a dot, a colon or a capital letter in it, or as localhost
 * (distribution/reference, splitDockerDomain).
 */
export function fullName(image: string): string {
  const first = `${image}.split("/")[0]`
  const hub = `${image}.replace("index.docker.io/", "docker.io/", 1)`
  return `(!${image}.contains("/") ? "docker.io/library/" + ${image} : ${image}.matches("^(index[.])?docker[.]io/") ? (${hub}.split("/").size() == 2 ? ${hub}.replace("docker.io/", "docker.io/library/", 1) : ${hub}) : ${first}.matches("[.:A-Z]") || ${first} == "localhost" ? ${image} : "docker.io/" + ${image})`
}
