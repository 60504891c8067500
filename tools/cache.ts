/** Where everything is kept that is worth keeping between runs: `$ANNEX_CACHE`, by default `~/.cache/annex`. */
import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import type { ToolSet } from './table.ts'

/** The cache folder, or a path below it. Read anew each time, so that a test can set ANNEX_CACHE. */
export function cacheFolder(...below: string[]): string {
  return resolve(process.env.ANNEX_CACHE || join(homedir(), '.cache', 'annex'), ...below)
}

/** The folder of one set of tools; its binaries are in `bin`. */
export function setFolder(set: ToolSet): string {
  return cacheFolder('tools', `${set.name}-${set.version}`)
}

/** The folder with the set's go.mod. */
export function sourceFolder(set: ToolSet): string {
  return join(import.meta.dirname, set.name)
}

/** Stands in the set's folder as `.done` once it is complete: what the binaries were made from. */
export function recipe(set: ToolSet): string {
  const { packages, tags, ldflags, download } = set
  const hash = createHash('sha256').update(JSON.stringify({ packages, tags, ldflags, sha256: download?.sha256 }))
  for (const file of globSync('{go.mod,go.sum,*.go}', { cwd: sourceFolder(set) }).sort()) {
    hash.update(file).update(readFileSync(join(sourceFolder(set), file)))
  }
  return hash.digest('hex')
}

/** True when every binary of the set is there and was made from what is in the project now. */
export function isComplete(set: ToolSet): boolean {
  const folder = setFolder(set)
  const done = join(folder, '.done')
  return (
    existsSync(done) &&
    readFileSync(done, 'utf8').trim() === recipe(set) &&
    Object.keys(set.packages).every((binary) => existsSync(join(folder, 'bin', binary)))
  )
}
