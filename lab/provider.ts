import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { chown, copyFile, mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { execa } from 'execa'
import { aptKey, registryKeys } from './artifacts/keys.ts'
import { labFolder, labPath } from './environment.ts'
import { type Image, releases } from './image.ts'
import { imageFolder } from './rootfs.ts'
import { hostKeyFile, operatorKey } from './ssh.ts'
import { type Host, type HostName, hosts, services } from './topology.ts'

/** The folder of a host: its disk (a file with an ext4 file system), the mount points for it, and its SSH key. */
export const hostFolder = (name: HostName) => path.join(labFolder, 'hosts', name)

/**
 * Does what a provider does when somebody buys a host: a fresh disk from the image, a name, keys, the customer's key, a package mirror.
 * A host that exists keeps its disk. Needs the operator's key, and `publishKeys` before.
 * @param image default: the one that the host has, or else the topology's
 * @returns the root file system that the disk lies over
 */
export async function makeHost(name: HostName, image: Image = imageOf(name) ?? hosts[name].image): Promise<string> {
  // Folders of a host's disk are its own: their modes must not depend on who runs the lab.
  process.umask(0o022)
  if (imageOf(name) === image) return imageFolder(image)
  await deleteHost(name)
  const folder = hostFolder(name)
  const content = path.join(folder, 'content')
  for (const part of ['disk', 'root', 'content/upper', 'content/work']) await mkdir(path.join(folder, part), { recursive: true })
  await execa('cp', ['--archive', path.join(imageFolder(image), 'var'), path.join(content, 'var')])
  await personalize(hosts[name], image, path.join(content, 'upper'))
  // A disk of its own, so that it can be filled without harm; sparse, it takes what the host writes.
  await execa('mkfs.ext4', ['-q', '-F', '-m', '0', '-J', 'size=16', '-d', content, path.join(folder, 'disk.img'), diskSize])
  await execa('rm', ['-rf', '--one-file-system', content])
  // Last, so that a host that was only half made is made again.
  await writeFile(madeFrom(name), imageFolder(image))
  return imageFolder(image)
}

const madeFrom = (name: HostName) => path.join(hostFolder(name), 'image')

/** Undefined where there is no host, or one of an image that would come out different by now. */
function imageOf(name: HostName): Image | undefined {
  try {
    const folder = readFileSync(madeFrom(name), 'utf8')
    return (Object.keys(releases) as Image[]).find((image) => imageFolder(image) === folder)
  } catch {
    return undefined
  }
}

/** Puts the public keys of the mirrors where hosts and the stack's configuration find them. */
export async function publishKeys(): Promise<void> {
  await copyFile((await aptKey()).public, labPath('keys', 'apt.asc'))
  await copyFile((await registryKeys(services)).ca, labPath('keys', 'registry-ca.pem'))
}

/** Gives a host's disk back. The host must not run. */
export async function deleteHost(name: HostName): Promise<void> {
  await execa('rm', ['-rf', '--one-file-system', hostFolder(name)])
}

const diskSize = '10G'

async function personalize(host: Host, image: Image, root: string): Promise<void> {
  const put = async (file: string, content: string, mode = 0o644) => {
    await mkdir(path.dirname(path.join(root, file)), { recursive: true, mode: 0o755 })
    await writeFile(path.join(root, file), content, { mode })
  }
  await put('etc/hostname', `${host.name}\n`)
  await put('etc/hosts', `127.0.0.1 localhost\n127.0.1.1 ${host.name}\n::1 localhost ip6-localhost ip6-loopback\n`)
  await put('etc/machine-id', `${randomUUID().replaceAll('-', '')}\n`, 0o444)
  await put('etc/resolv.conf', `nameserver ${services}\n`)
  await addMirror(image, put)
  await mkdir(path.dirname(path.join(root, 'etc/ssh/x')), { recursive: true, mode: 0o755 })
  await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', `root@${host.name}`, '-f', hostKeyFile(host.name)])
  for (const suffix of ['', '.pub']) await copyFile(`${hostKeyFile(host.name)}${suffix}`, path.join(root, `etc/ssh/ssh_host_ed25519_key${suffix}`))
  if (host.user !== 'root') await put('etc/ssh/sshd_config.d/60-provider.conf', 'PermitRootLogin no\n', 0o600)
  await authorizeOperator(host, root)
  if (image === 'cloud-node') {
    await mkdir(path.join(root, 'etc/containerd/certs.d'), { recursive: true, mode: 0o755 })
    await copyFile(path.join(labFolder, 'keys/registry-ca.pem'), path.join(root, 'etc/containerd/certs.d/registry-ca.pem'))
  }
}

async function addMirror(image: Image, put: (file: string, content: string) => Promise<void>): Promise<void> {
  const keyring = 'usr/share/keyrings/provider-mirror.asc'
  await put(keyring, readFileSync(path.join(labFolder, 'keys/apt.asc'), 'utf8'))
  await put('etc/apt/sources.list', `deb [signed-by=/${keyring}] http://${services}/debian ${releases[image]} main\n`)
}

async function authorizeOperator(host: Host, root: string): Promise<void> {
  const [home, owner] = host.user === 'root' ? ['root', 0] : [`home/${host.user}`, 1000]
  const folder = path.join(root, home, '.ssh')
  const keys = path.join(folder, 'authorized_keys')
  if (home !== 'root') await mkdir(path.join(root, 'home'), { mode: 0o755 })
  await mkdir(path.join(root, home), { mode: 0o700 })
  await mkdir(folder, { mode: 0o700 })
  await copyFile(`${operatorKey}.pub`, keys)
  for (const place of [path.join(root, home), folder, keys]) await chown(place, owner, owner)
}
