/**
 * Which Pulumi packages a program has installed: npm packages whose package.json says `"pulumi": { "resource": true }`.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

export interface PulumiPackage {
  name: string
  /** With a leading `v`. */
  version: string
  /** Where the plugin is downloaded from, when not from Pulumi's own place. */
  server: string
}

/** Every Pulumi package below the nearest node_modules, nested ones too, by name. */
export function findPackages(programDirectory: string): PulumiPackage[] {
  const found = new Map<string, PulumiPackage>()
  for (const manifest of manifests(nearestModules(programDirectory))) {
    const { pulumi } = manifest
    if (!pulumi?.resource) continue
    const name = pulumi.name || manifest.name.replace(/^@pulumi\//, '').replace(/^@/, '')
    const version = (pulumi.version || manifest.version).replace(/^v?/, 'v')
    found.set(`${name} ${version}`, { name, version, server: pulumi.server ?? '' })
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** The npm packages that the program asks for itself, with the versions that are installed. */
export function programDependencies(programDirectory: string): { name: string; version: string }[] {
  const own = readManifest(programDirectory)
  const modules = nearestModules(programDirectory)
  return Object.keys({ ...own?.dependencies, ...own?.devDependencies })
    .sort()
    .flatMap((name) => {
      const manifest = readManifest(join(modules, name))
      return manifest ? [{ name, version: manifest.version }] : []
    })
}

interface Manifest {
  name: string
  version: string
  dependencies?: object
  devDependencies?: object
  pulumi?: { resource?: boolean; name?: string; version?: string; server?: string }
}

function nearestModules(folder: string): string {
  const modules = join(folder, 'node_modules')
  return existsSync(modules) || dirname(folder) === folder ? modules : nearestModules(dirname(folder))
}

function* manifests(modules: string): Generator<Manifest> {
  for (const entry of folders(modules)) {
    const packages = entry.startsWith('@') ? folders(join(modules, entry)).map((name) => join(entry, name)) : [entry]
    for (const name of packages) {
      const manifest = readManifest(join(modules, name))
      if (manifest) yield manifest
      yield* manifests(join(modules, name, 'node_modules'))
    }
  }
}

function folders(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => !name.startsWith('.'))
  } catch {
    return []
  }
}

function readManifest(folder: string): Manifest | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
  } catch {
    return undefined
  }
}
