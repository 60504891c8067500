/** Debian's own packages for the lab's hosts, with everything they depend on, downloaded by apt from the machine's sources. */
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { debianSources, type Release } from '../../debian-sources.ts'

/** What a host may be asked to install, beside what its image has. Sorted. */
export const debianPackages = [
  'age', 'apt-transport-https', 'ca-certificates', 'conntrack', 'curl', 'e2fsprogs', 'ebtables', 'ethtool', 'gnupg', 'gpg',
  'iperf3', 'iproute2', 'ipset', 'iptables', 'iputils-ping', 'jq', 'kmod', 'mount', 'nftables', 'openssl', 'procps', 'rsync',
  'runc', 'socat', 'tcpdump', 'util-linux', 'wireguard-go', 'wireguard-tools', 'xfsprogs',
]

/**
 * Downloads `packages` and their whole closure, as if nothing were installed, into `folder`; apt checks signatures and
 * hashes, and leaves alone what is already there.
 */
export async function downloadDebian(release: Release, packages: readonly string[], folder: string, work: string): Promise<void> {
  await downloadClosure(await privateApt(work, folder, release), packages)
}

/** As downloadDebian, but each file is unpacked into `root`: a small Debian tree without a package database. */
export async function unpackDebian(packages: readonly string[], root: string, work: string): Promise<void> {
  const archives = join(work, 'archives')
  await downloadClosure(await privateApt(work, archives), packages)
  await mkdir(root, { recursive: true })
  for (const deb of (await readdir(archives)).filter((name) => name.endsWith('.deb'))) {
    await execa('dpkg-deb', ['--extract', join(archives, deb), root])
  }
}

/** Unpacks one package, without what it depends on, into `root`: for a program that runs on this machine. */
export async function unpackOne(name: string, root: string, work: string): Promise<void> {
  const options = await privateApt(work, join(work, 'archives'))
  await execa('apt-get', [...options, '--quiet', 'update'])
  await execa('apt-get', [...options, '--quiet', 'download', name], { cwd: work })
  const deb = (await readdir(work)).find((file) => file.endsWith('.deb'))!
  await execa('dpkg-deb', ['--extract', join(work, deb), root])
}

/** apt's options for a state of its own, so that neither the machine's package database nor its cache plays a part. */
async function privateApt(work: string, archives: string, release: Release = 'bookworm'): Promise<string[]> {
  await mkdir(join(work, 'lists', 'partial'), { recursive: true })
  await mkdir(join(archives, 'partial'), { recursive: true })
  await writeFile(join(work, 'status'), '')
  await writeFile(join(work, 'sources.list'), await debianSources(release))
  return Object.entries({
    'Dir::State::lists': join(work, 'lists'),
    'Dir::State::status': join(work, 'status'),
    'Dir::State::extended_states': join(work, 'extended_states'),
    'Dir::Cache': work,
    'Dir::Cache::archives': archives,
    'Dir::Etc::sourcelist': join(work, 'sources.list'),
    'Dir::Etc::sourceparts': '-',
    'Dir::Etc::preferencesparts': '-',
    'APT::Sandbox::User': 'root',
    'APT::Architecture': 'amd64',
    'APT::Install-Recommends': 'false',
    'Acquire::Languages': 'none',
    'Acquire::Retries': '3',
  }).flatMap(([name, value]) => ['-o', `${name}=${value}`])
}

async function downloadClosure(options: string[], packages: readonly string[]): Promise<void> {
  await execa('apt-get', [...options, '--quiet', 'update'])
  await execa('apt-get', [...options, '--quiet', '--yes', '--download-only', 'install', ...packages])
}
