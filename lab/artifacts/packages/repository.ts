/** Indexes and signs apt repositories: one with suites, as Debian's and Docker's, or a flat one, as pkgs.k8s.io. */
import { execa } from 'execa'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { signRelease } from '../keys.ts'

export interface Repository {
  /** The repository's root: what stands in a source line, and what file names in its index are relative to. */
  root: string
  /** Folder of the .deb files, below the root. */
  pool: string
  /** Left out for a flat repository. */
  suite?: { name: string; component: string }
  origin: string
}

/** Writes Packages, Packages.gz, Release, InRelease and Release.gpg. */
export async function indexRepository({ root, pool, suite, origin }: Repository): Promise<void> {
  const release = suite ? join(root, 'dists', suite.name) : root
  const index = suite ? join(release, suite.component, 'binary-amd64') : root
  await mkdir(index, { recursive: true })
  const packages = (await execa('apt-ftparchive', ['packages', pool], { cwd: root })).stdout + '\n'
  await writeFile(join(index, 'Packages'), packages)
  await writeFile(join(index, 'Packages.gz'), gzipSync(packages))

  const fields = { Origin: origin, Label: origin, Architectures: 'amd64', ...(suite && { Suite: suite.name, Codename: suite.name, Components: suite.component }) }
  const settings = Object.entries(fields).flatMap(([name, value]) => ['-o', `APT::FTPArchive::Release::${name}=${value}`])
  // Of a flat repository only the indexes: its packages are below the same folder.
  const listed = (await readdir(index)).filter((name) => name.startsWith('Packages'))
  const patterns = listed.map((name) => ['-o', `APT::FTPArchive::Release::Patterns::=${name}`]).flat()
  const { stdout } = await execa('apt-ftparchive', [...settings, ...patterns, 'release', '.'], { cwd: release })
  await writeFile(join(release, 'Release'), `${stdout}\n`)
  await signRelease(join(release, 'Release'))
}

