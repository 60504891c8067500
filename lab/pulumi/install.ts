/**
 * Puts the stand-ins for Pulumi's plugins where the CLI looks for plugins.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * Lays out `<pulumiHome>/plugins/<kind>-<name>-v<version>/pulumi-<kind>-<name>` for the four providers and the node
 * language host, in the versions of the installed npm packages. An official plugin that is there already is left
 * alone, and the CLI prefers a language host beside itself. Nothing of it needs to be on PATH (the CLI would warn).
 * @returns `<pulumiHome>/bin`, where an official installation keeps its CLI
 */
export function installStandIns(pulumiHome: string): string {
  silenceDebugLog(pulumiHome)
  for (const { kind, name, npm, source } of STAND_INS) {
    const { version } = require(`${npm}/package.json`)
    writePlugin(join(pulumiHome, 'plugins', `${kind}-${name}-v${version}`), `pulumi-${kind}-${name}`, source)
  }
  return join(pulumiHome, 'bin')
}

const STAND_INS = [
  { kind: 'language', name: 'nodejs', npm: '@pulumi/pulumi', source: 'language' },
  ...['command', 'kubernetes', 'random', 'tls'].map((name) => ({ kind: 'resource', name, npm: `@pulumi/${name}`, source: name })),
]
/** Tells a stand-in from an official plugin, which is a binary. */
const MARK = '# Stand-in for an official Pulumi plugin, from lab/pulumi of annex.'
const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url))
const require = createRequire(import.meta.url)

/** The CLI packs a debug log of everything, megabytes and a second of each run. It goes without one where its folder cannot be made. */
function silenceDebugLog(pulumiHome: string): void {
  mkdirSync(pulumiHome, { recursive: true })
  const folder = join(pulumiHome, 'logs')
  if (!existsSync(folder)) writeFileSync(folder, '')
}

function writePlugin(folder: string, file: string, source: string): void {
  const path = join(folder, file)
  const node = join(REPOSITORY, 'node_modules', '.bin', 'node')
  const script = `#!/bin/sh
${MARK}
exec ${quote(node)} ${quote(join(REPOSITORY, 'lab', 'pulumi', source, 'main.ts'))} "$@"
`
  const existing = read(path)
  if (existing === script || (existing !== undefined && !existing.includes(MARK))) return
  mkdirSync(folder, { recursive: true })
  // Renamed into place, so that a CLI that starts now never runs half a file.
  writeFileSync(`${path}.${process.pid}`, script, { mode: 0o755 })
  renameSync(`${path}.${process.pid}`, path)
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return undefined
  }
}

function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`
}
