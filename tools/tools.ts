/**
 * The binaries that the project needs and does not get from Debian or npm: found in the cache, else downloaded from
 * the official place against the pinned checksum, else built from their Go modules.
 */
import { mkdir, mkdtemp, readdir, rename, rm, statfs, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { build, diskForAllSets, goEnvironment, requireGo } from './build.ts'
import { cacheFolder, isComplete, recipe, setFolder } from './cache.ts'
import { download, Unreachable, WrongChecksum } from './download.ts'
import { withLock } from './lock.ts'
import { duration, type Progress, progressOn } from './progress.ts'
import { type ToolSet, toolSets } from './table.ts'

/**
 * Makes sure that the named sets (default: all of them) are in the cache. Can be stopped at any time and called again;
 * a second run beside this one waits for it. Throws, with the fix, when the disk is too full or a build fails.
 */
export async function ensureTools(names?: readonly string[], progress = progressOn()): Promise<void> {
  await ensureSets(named(names), progress)
}

/** The path of a binary, such as `kubelet`. Throws when its set is not in the cache yet. */
export function toolPath(binary: string): string {
  const set = toolSets.find(({ packages }) => binary in packages)
  if (!set) throw new Error(`no tool is called ${binary}; known: ${toolSets.flatMap(({ packages }) => Object.keys(packages)).join(', ')}`)
  const path = join(setFolder(set), 'bin', binary)
  if (!existsSync(path)) throw new Error(`${binary} (${set.name} ${set.version}) is not there yet: run "npm run tools"`)
  return path
}

/** The version of a set, such as `v1.36.3` for kubernetes. */
export function toolVersion(name: string): string {
  return named([name])[0]!.version
}

/** The work of ensureTools on any sets; for tests. */
export async function ensureSets(sets: readonly ToolSet[], progress: Progress): Promise<void> {
  if (sets.every(isComplete)) return
  await withLock(
    cacheFolder('tools', '.lock'),
    async () => {
      await removeLeftovers()
      const missing = sets.filter((set) => !isComplete(set))
      const toBuild = await downloadWhatCanBe(missing, progress)
      if (toBuild.length === 0) return
      await requireGo()
      await requireDisk(toBuild)
      await buildAll(toBuild, progress)
    },
    (holder) => progress.say(`Waiting: another run (process ${holder}) prepares the tools`),
  )
}

/** Returns the sets that have to be built. */
async function downloadWhatCanBe(sets: readonly ToolSet[], progress: Progress): Promise<ToolSet[]> {
  const toBuild: ToolSet[] = []
  for (const set of sets) {
    if (!set.download || process.arch !== 'x64') {
      toBuild.push(set)
      continue
    }
    progress.update(`${set.name} ${set.version}: downloading`)
    try {
      await into(set, (bin) => unpack(set.download!, bin))
      progress.say(`${set.name} ${set.version}: downloaded, checksum fits`)
    } catch (error) {
      if (error instanceof WrongChecksum) progress.say(`${error.message}\n  It is built from its Go modules instead.`)
      else if (!(error instanceof Unreachable)) throw error
      toBuild.push(set)
    }
  }
  return toBuild
}

async function unpack({ url, sha256, members }: NonNullable<ToolSet['download']>, bin: string): Promise<void> {
  const archive = cacheFolder('tools', 'downloads', sha256)
  await download(url, sha256, archive)
  await execa('tar', ['-xzf', archive, '-C', bin, ...Object.values(members)])
  for (const [binary, member] of Object.entries(members)) {
    if (join(member) !== binary) await rename(join(bin, member), join(bin, binary))
  }
  await rm(archive)
}

async function buildAll(sets: readonly ToolSet[], progress: Progress): Promise<void> {
  const start = Date.now()
  const total = sum(sets)
  progress.say(`Building ${sets.map(({ name }) => name).join(', ')} from Go modules: about ${duration(total)} on 2 cores, once. It can be stopped and goes on where it was.`)
  for (const [index, set] of sets.entries()) {
    const setStart = Date.now()
    const rest = sum(sets.slice(index + 1))
    const tick = () => {
      const spent = (Date.now() - setStart) / 1000
      const left = rest + Math.max(set.seconds - spent, set.seconds * 0.05)
      progress.update(`${set.name} ${set.version}: building (${index + 1} of ${sets.length}), about ${duration(left)} left`)
    }
    const timer = setInterval(tick, 1000)
    tick()
    await into(set, (bin) => build(set, bin)).finally(() => clearInterval(timer))
    progress.say(`${set.name} ${set.version}: built in ${duration((Date.now() - setStart) / 1000)}`)
  }
  progress.say(`Tools are ready (${duration((Date.now() - start) / 1000)})`)
}

/** Fills the set's folder under another name and moves it into place when it is complete. */
async function into(set: ToolSet, fill: (bin: string) => Promise<void>): Promise<void> {
  const draft = await mkdtemp(cacheFolder('tools', '.draft-'))
  const bin = join(draft, 'bin')
  await mkdir(bin)
  await fill(bin)
  for (const name of await readdir(bin)) {
    if (!(name in set.packages)) await rm(join(bin, name), { recursive: true })
  }
  await writeFile(join(draft, '.done'), `${recipe(set)}\n`)
  await rm(setFolder(set), { recursive: true, force: true })
  await rename(draft, setFolder(set))
}

async function removeLeftovers(): Promise<void> {
  const folder = cacheFolder('tools')
  for (const name of await readdir(folder)) {
    if (name.startsWith('.draft-')) await rm(join(folder, name), { recursive: true })
  }
}

/** Go's caches are where most of it goes; both are asked, for they may be on another disk than ours. */
async function requireDisk(sets: readonly ToolSet[]): Promise<void> {
  const needed = Math.max(1e9, (diskForAllSets * sum(sets)) / sum(toolSets))
  const { stdout } = await execa('go', ['env', 'GOCACHE', 'GOMODCACHE'], { env: goEnvironment })
  for (const folder of [cacheFolder('tools'), ...stdout.split('\n')]) {
    await mkdir(folder, { recursive: true })
    const { bavail, bsize } = await statfs(folder)
    const free = bavail * bsize
    if (free < needed) {
      throw new Error(
        `no room to build the tools: ${folder} has ${gigabytes(free)} free, ${gigabytes(needed)} are needed. ` +
          `Free some, or set ANNEX_CACHE, GOCACHE and GOMODCACHE to folders on a larger disk.`,
      )
    }
  }
}

function named(names?: readonly string[]): ToolSet[] {
  const unknown = names?.filter((name) => !toolSets.some((set) => set.name === name)) ?? []
  if (unknown.length > 0) throw new Error(`no tools are called ${unknown.join(', ')}; known: ${toolSets.map(({ name }) => name).join(', ')}`)
  return toolSets.filter((set) => !names || names.includes(set.name))
}

const sum = (sets: readonly ToolSet[]) => sets.reduce((seconds, set) => seconds + set.seconds, 0)
const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`
