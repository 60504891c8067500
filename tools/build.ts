/** Builds one set of tools from its pinned Go modules. */
import { rename } from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, join } from 'node:path'
import { execa, ExecaError } from 'execa'
import { sourceFolder } from './cache.ts'
import type { ToolSet } from './table.ts'

/** What a build of every set adds to the disk: Go's module and build caches and the binaries (12 GB measured). */
export const diskForAllSets = 12e9

/**
 * Builds the set's binaries into `bin`. go.sum pins every module. A build that was stopped goes on where it was,
 * because Go keeps each package that it compiled.
 */
export async function build(set: ToolSet, bin: string): Promise<void> {
  const packages = Object.values(set.packages)
  const flags = ['-trimpath', '-mod=readonly', '-buildvcs=false', `-ldflags=${set.ldflags}`]
  if (set.tags) flags.push(`-tags=${set.tags}`)
  await go(['build', ...flags, '-o', `${bin}/`, ...packages], set)
  for (const [binary, path] of Object.entries(set.packages)) {
    const built = path === '.' ? set.name : nameByGo(path)
    if (built !== binary) await rename(join(bin, built), join(bin, binary))
  }
}

/**
 * Go for this machine, whatever a person has set for other work. GOFLAGS and GOTOOLCHAIN are set to what they are by default, since an empty
 * one leaves what `go env -w` wrote in force.
 */
export const goEnvironment = {
  CGO_ENABLED: '0', GOOS: 'linux', GOARCH: { x64: 'amd64', arm64: 'arm64' }[process.arch as string] ?? process.arch, GOWORK: 'off', GOFLAGS: '-mod=readonly', GOTOOLCHAIN: 'auto', HOME: homedir(),
}

/** Throws, with the fix, when there is no Go that could build. One since 1.21 fetches the newer one that a go.mod asks for. */
export async function requireGo(): Promise<void> {
  const { failed, stdout } = await execa('go', ['version'], { reject: false, env: goEnvironment })
  const found = /\bgo(\d+)\.(\d+)/.exec(String(stdout ?? ''))
  if (failed || found === null) throw new Error('Go is needed to build the tools, and there is no "go" on PATH: install Go 1.26 or newer (go.dev/dl)')
  const [, major, minor] = found.map(Number)
  if (major! === 1 && minor! < 21) throw new Error(`Go 1.26 or newer is needed to build the tools; the "go" on PATH is ${found[0]}: install a newer one (go.dev/dl)`)
}

async function go(args: string[], set: ToolSet): Promise<void> {
  try {
    await execa('go', args, {
      cwd: sourceFolder(set),
      env: goEnvironment,
      stdin: 'ignore',
      all: true,
    })
  } catch (error) {
    if (!(error instanceof ExecaError)) throw error
    const end = String(error.all ?? error.shortMessage).trim().split('\n').slice(-15).join('\n')
    throw new Error(`${set.name} ${set.version} could not be built (go build in tools/${set.name}):\n${end}`)
  }
}

/** Go names a binary after the last part of its package's path that is not a major version. */
function nameByGo(path: string): string {
  const last = basename(path)
  return /^v\d+$/.test(last) ? basename(path.slice(0, -last.length - 1)) : last
}
