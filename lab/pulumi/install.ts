/**
 * Puts the stand-ins for Pulumi's plugins where the CLI looks for plugins.
 */
import { createRequire } from 'node:module'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const PROVIDERS = ['command', 'kubernetes', 'random', 'tls'] as const
/** Tells a stand-in from an official plugin, which is a binary. */
const MARK = '# Stand-in for an official Pulumi plugin, from lab/pulumi of annex.'
const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url))

/**
 * Lays out `<pulumiHome>/plugins/resource-<name>-v<version>/` for the four providers, in the versions of the installed
 * npm packages, and the node language host. An official plugin that is there already is left alone.
 * @returns the folder to put on PATH, so that the CLI finds `pulumi-language-nodejs`
 */
export async function installStandIns(pulumiHome: string): Promise<string> {
  const require = createRequire(import.meta.url)
  for (const name of PROVIDERS) {
    const { version } = require(`@pulumi/${name}/package.json`)
    await writePlugin(join(pulumiHome, 'plugins', `resource-${name}-v${version}`), `pulumi-resource-${name}`, name)
  }
  const languageFolder = join(pulumiHome, 'language-nodejs')
  await writePlugin(languageFolder, 'pulumi-language-nodejs', 'language')
  return languageFolder
}

async function writePlugin(folder: string, file: string, source: string): Promise<void> {
  const path = join(folder, file)
  const existing = await readFile(path, 'latin1').catch(() => undefined)
  const script = `#!/bin/sh
${MARK}
exec ${quote(join(REPOSITORY, 'node_modules', '.bin', 'node'))} ${quote(join(REPOSITORY, 'lab', 'pulumi', source, 'main.ts'))} "$@"
`
  if (existing === script || (existing !== undefined && !existing.includes(MARK))) return
  await mkdir(folder, { recursive: true })
  await writeFile(path, script)
  await chmod(path, 0o755)
}

function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`
}
