import { existsSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import { execa } from 'execa'
import { cacheFolder } from '../tools/cache.ts'
import { withLock } from '../tools/lock.ts'
import { fill, type Image, recipe } from './image.ts'
import { requireRoom } from './machine.ts'

/** Bytes that an image takes while it is made. */
const neededSpace = 2 ** 30

/** Seconds that making an image takes on 2 cores: for the time left only. */
export const imageSeconds = 60

/** Where an image is, whether it has been made or not. Its name changes with its recipe. */
export function imageFolder(image: Image): string {
  return cacheFolder('rootfs', `${image}-${recipe(image)}`)
}

/** True when the image need not be made any more. */
export function imageReady(image: Image): boolean {
  return existsSync(imageFolder(image))
}

/**
 * Makes the root file system of an image, once; about a minute. A second run beside this one waits for it.
 * @param report told each step
 * @throws when the cache's disk has no room, or no Debian mirror can be reached.
 */
export async function makeImage(image: Image, report: (step: string) => void = () => {}): Promise<void> {
  if (imageReady(image)) return
  await withLock(cacheFolder('rootfs', `.lock-${image}`), async () => {
    if (imageReady(image)) return
    requireRoom(cacheFolder('rootfs'), neededSpace, 'for the first build', 'set ANNEX_CACHE to a folder on a larger disk')
    const partial = cacheFolder('rootfs', `.partial-${image}`)
    await removeHalfMade(partial)
    await fill(partial, image, report)
    await rename(partial, imageFolder(image))
  }, (holder) => report(`waiting for another run (process ${holder}) that makes it`))
}

/** --one-file-system: should anything be mounted there, it is not touched. */
async function removeHalfMade(folder: string): Promise<void> {
  await execa('rm', ['-rf', '--one-file-system', folder])
}
