/** What the lab's internet has to offer in annex-services: the apt mirror (http) and the container registry (https). */
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { execa } from 'execa'
import { ensureImages } from './artifacts/images.ts'
import { registryConfig, registryProgram } from './artifacts/images/registry.ts'
import { registryKeys } from './artifacts/keys.ts'
import { ensurePackages } from './artifacts/packages.ts'
import { inNamespace, labPath } from './environment.ts'
import { lastLines, processId, startProcess, stopProcess, until } from './processes.ts'
import type { MirrorFault, MirrorSettings } from './services/mirror.ts'
import { services as address } from './topology.ts'

const namespace = 'annex-services'
const mirror = { name: 'apt-mirror', port: 80 }
const registry = { name: 'registry', port: 5000 }

/**
 * Starts both, or what of them does not run, and makes what they serve when it is not in the cache yet.
 * Needs the namespace annex-services. Resolves when both answer; ends a fault of the mirror.
 */
export async function startServices(report: (step: string) => void = () => {}): Promise<void> {
  // One after the other: each alone keeps both cores busy when it has to be made.
  const packages = await ensurePackages(report)
  const images = await ensureImages(report)
  await Promise.all([startMirror(packages), startRegistry(images)])
  await Promise.all([packages, images].map(removeOlder))
}

/**
 * Makes the apt mirror fail: `down` (nothing listens), `slow` (64 KB/s), `bad-signature` (indexes changed after they were
 * signed), `wrong-hash` (packages differ from their index). Without a fault it is well again.
 */
export async function setMirrorFault(fault?: MirrorFault | 'down'): Promise<void> {
  if (fault === 'down') return stopProcess(mirror.name)
  const { folder } = readMirrorSettings()
  await startMirror(folder, fault)
}

async function startMirror(folder: string, fault?: MirrorFault): Promise<void> {
  const settings = labPath('services', 'mirror.json')
  writeFileSync(`${settings}.new`, JSON.stringify({ folder, fault } satisfies MirrorSettings))
  renameSync(`${settings}.new`, settings)
  await startProcess({
    name: mirror.name,
    namespace,
    command: process.execPath,
    args: [join(import.meta.dirname, 'services', 'mirror.ts'), address, String(mirror.port), settings],
  })
  await untilItListens(mirror)
}

function readMirrorSettings(): MirrorSettings {
  return JSON.parse(readFileSync(labPath('services', 'mirror.json'), 'utf8')) as MirrorSettings
}

/** The registry reads its settings once, so another storage means another process. */
async function startRegistry(root: string): Promise<void> {
  const { certificate, key } = await registryKeys(address)
  const http = { addr: `${address}:${registry.port}`, tls: { certificate, key } }
  const settings = labPath('services', 'registry.json')
  const wanted = registryConfig(root, http, true)
  if (processId(registry.name) !== undefined && readFileSync(settings, 'utf8') !== wanted) await stopProcess(registry.name)
  writeFileSync(settings, wanted)
  await startProcess({ name: registry.name, namespace, command: await registryProgram(), args: ['serve', settings] })
  await untilItListens(registry)
}

async function untilItListens({ name, port }: { name: string; port: number }): Promise<void> {
  const [command, args] = inNamespace(namespace, 'bash', ['-c', `exec 3<>/dev/tcp/${address}/${port}`])
  await until(`${name} answers at ${address}:${port}`, 20, async () => {
    if (processId(name) === undefined) throw new Error(`${name} ended right after its start; its log says:\n${lastLines(name)}`)
    return (await execa(command, args, { reject: false })).exitCode === 0
  })
}

/** What earlier recipes made, and nobody serves any more. */
async function removeOlder(kept: string): Promise<void> {
  const names = await readdir(dirname(kept))
  const older = names.filter((name) => /^[0-9a-f]{12}$/.test(name) && name !== basename(kept))
  await Promise.all(older.map((name) => rm(join(dirname(kept), name), { recursive: true, force: true })))
}
