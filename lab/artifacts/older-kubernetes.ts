/** The minor before the lab's own, for upgrades: the same binaries, of which the kubelet says that it is older. */
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { toolPath, toolVersion } from '../../tools/tools.ts'
import { makeDeb } from './packages/deb.ts'
import { kubernetesPackages } from './packages/kubernetes.ts'
import { indexRepository } from './packages/repository.ts'
import { ensurePackages } from './packages.ts'

/** Adds `/kubernetes/core:/stable:/<minor>/deb/`, flat, to what `ensurePackages` made. @returns that minor, like v1.35, and the version of its packages */
export async function ensureOlderKubernetes(): Promise<{ minor: string; version: string }> {
  const current = toolVersion('kubernetes')
  const older = current.replace(/^v1\.(\d+)/, (_, minor: string) => `v1.${Number(minor) - 1}`)
  const minor = older.replace(/\.\d+$/, '')
  const version = `${older.slice(1)}-1.1`
  const stable = join(await ensurePackages(), 'kubernetes', 'core:', 'stable:')
  if (existsSync(join(stable, minor))) return { minor, version }

  const draft = join(stable, `${minor}.draft`)
  await rm(draft, { recursive: true, force: true })
  await mkdir(draft)
  const kubelet = join(draft, 'kubelet')
  // Of the same length: a Go binary has its texts one behind the other.
  await writeFile(kubelet, (await readFile(toolPath('kubelet'), 'latin1')).replaceAll(current, older), 'latin1')
  const root = join(draft, 'deb')
  for (const deb of kubernetesPackages()) {
    const files = deb.files.map((file) => (file.to === '/usr/bin/kubelet' ? { ...file, from: kubelet } : file))
    const own = deb.name === 'kubernetes-cni' ? {} : { version }
    await makeDeb({ ...deb, ...own, files }, join(draft, 'stage'), join(root, 'amd64'))
  }
  await indexRepository({ root, pool: 'amd64', origin: 'Kubernetes' })
  await Promise.all([kubelet, join(draft, 'stage')].map((it) => rm(it, { recursive: true })))
  await rename(draft, join(stable, minor))
  return { minor, version }
}
