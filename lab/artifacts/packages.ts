/** The lab's apt mirror: Debian's packages for hosts, the flat repository of pkgs.k8s.io, and Docker's, each signed. */
import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { cacheFolder, recipe as toolRecipe } from '../../tools/cache.ts'
import { withLock } from '../../tools/lock.ts'
import { toolSets } from '../../tools/table.ts'
import { ensureTools } from '../../tools/tools.ts'
import { containerdPackages } from './packages/containerd.ts'
import type { Release } from '../debian-sources.ts'
import { type Deb, makeDeb } from './packages/deb.ts'
import { debianPackages, downloadDebian } from './packages/debian.ts'
import { kubernetesPackages } from './packages/kubernetes.ts'
import { indexRepository } from './packages/repository.ts'

const packagedTools = ['kubernetes', 'containerd', 'cni-plugins']

/**
 * The folder to serve at the mirror's root, made on first use (about half a minute). It holds
 * - `/debian`, suite bookworm, component main; further suites by `ensureSuite`;
 * - `/kubernetes/core:/stable:/v1.36/deb/`, flat;
 * - `/docker/linux/debian`, suite bookworm, component stable.
 * @param report told each step
 */
export async function ensurePackages(report: (step: string) => void = () => {}): Promise<string> {
  const folder = cacheFolder('packages', recipe())
  if (existsSync(folder)) return folder
  await ensureTools(packagedTools)
  await withLock(cacheFolder('packages', '.lock'), async () => {
    if (existsSync(folder)) return
    await make(`${folder}.draft`, report)
    await rename(`${folder}.draft`, folder)
  })
  return folder
}

/** Adds a release of Debian to what `ensurePackages` made. */
export async function ensureSuite(release: Release): Promise<void> {
  const folder = await ensurePackages()
  // What is written last.
  const ready = join(folder, 'debian', 'dists', release, 'Release.gpg')
  if (existsSync(ready)) return
  await withLock(cacheFolder('packages', '.lock'), async () => {
    if (existsSync(ready)) return
    await makeSuite(release, join(folder, 'debian'))
  })
}

/** Changes whenever the mirror would come out different: with the tools, the list of packages, or how they are made. */
function recipe(): string {
  const hash = createHash('sha256')
  for (const set of toolSets.filter(({ name }) => packagedTools.includes(name))) hash.update(toolRecipe(set))
  for (const file of ['packages.ts', ...globSync('packages/**/*.*', { cwd: import.meta.dirname }).sort()]) {
    hash.update(file).update(readFileSync(join(import.meta.dirname, file)))
  }
  return hash.digest('hex').slice(0, 12)
}

async function make(folder: string, report: (step: string) => void): Promise<void> {
  const work = `${folder}.work`
  await rm(folder, { recursive: true, force: true })
  report(`apt mirror: downloading ${debianPackages.length} Debian packages and what they depend on`)
  const debian = join(folder, 'debian')
  await makeSuite('bookworm', debian)

  report('apt mirror: Kubernetes')
  const kubernetes = join(folder, 'kubernetes', 'core:', 'stable:', 'v1.36', 'deb')
  await makeAll(kubernetesPackages(), join(work, 'stage'), join(kubernetes, 'amd64'))
  await indexRepository({ root: kubernetes, pool: 'amd64', origin: 'Kubernetes' })

  report('apt mirror: containerd')
  const docker = join(folder, 'docker', 'linux', 'debian')
  const pool = join('dists', 'bookworm', 'pool', 'stable', 'amd64')
  const [runc] = globSync('pool/bookworm/runc_*.deb', { cwd: debian })
  await execa('dpkg-deb', ['--extract', join(debian, runc!), join(work, 'runc')])
  await makeAll(containerdPackages(join(work, 'runc', 'usr', 'sbin', 'runc')), join(work, 'stage'), join(docker, pool))
  await indexRepository({ root: docker, pool, suite: { name: 'bookworm', component: 'stable' }, origin: 'Docker' })

  await rm(work, { recursive: true })
}

/** A release's packages for hosts, below the root of Debian's mirror. */
async function makeSuite(release: Release, root: string): Promise<void> {
  // What apt downloaded before it was stopped is used again.
  const archives = cacheFolder('packages', `archives-${release}`)
  const work = `${archives}.work`
  await downloadDebian(release, debianPackages, archives, work)
  const pool = join('pool', release)
  await mkdir(join(root, pool), { recursive: true })
  const debs = (await readdir(archives)).filter((name) => name.endsWith('.deb'))
  await execa('cp', ['--link', ...debs, join(root, pool)], { cwd: archives })
  await indexRepository({ root, pool, suite: { name: release, component: 'main' }, origin: 'Debian' })
  await rm(work, { recursive: true })
  await rm(archives, { recursive: true })
}

async function makeAll(debs: Deb[], stage: string, folder: string): Promise<void> {
  await rm(stage, { recursive: true, force: true })
  for (const deb of debs) await makeDeb(deb, stage, folder)
}
