/** The lab's images, in the storage of a container registry. */
import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { cacheFolder, recipe as toolRecipe } from '../../tools/cache.ts'
import { withLock } from '../../tools/lock.ts'
import { toolSets } from '../../tools/table.ts'
import { ensureTools } from '../../tools/tools.ts'
import { imageTools, makeImages } from './images/catalog.ts'
import { push, withRegistry } from './images/registry.ts'

/**
 * The root folder of the registry's storage, made on first use (about a quarter of a minute).
 * @param report told each step
 */
export async function ensureImages(report: (step: string) => void = () => {}): Promise<string> {
  const folder = cacheFolder('images', recipe())
  if (existsSync(folder)) return folder
  await ensureTools(imageTools)
  await withLock(cacheFolder('images', '.lock'), async () => {
    if (existsSync(folder)) return
    const draft = `${folder}.draft`
    const work = `${folder}.work`
    for (const path of [draft, work]) await rm(path, { recursive: true, force: true })
    for (const path of [draft, work]) await mkdir(path)
    report('images: making the layers')
    const images = await makeImages(work)
    await withRegistry(draft, async (url) => {
      for (const image of images) {
        const bytes = await push(url, image)
        report(`images: ${image.reference}, ${(bytes / 1e6).toFixed(1)} MB to pull`)
      }
    })
    await rm(work, { recursive: true })
    await rename(draft, folder)
  })
  return folder
}

/** Changes whenever an image would come out different. */
function recipe(): string {
  const hash = createHash('sha256')
  for (const set of toolSets.filter(({ name }) => imageTools.includes(name))) hash.update(toolRecipe(set))
  for (const file of ['images.ts', 'packages/debian.ts', ...globSync('images/**/*.*', { cwd: import.meta.dirname }).sort()]) {
    hash.update(file).update(readFileSync(join(import.meta.dirname, file)))
  }
  return hash.digest('hex').slice(0, 12)
}
