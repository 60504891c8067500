/** What is in the root file systems of the hosts. Any change of this file makes the images anew. */
import { createHash } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import { copyFile, mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { execa } from 'execa'
import { toolPath, toolVersion } from '../tools/tools.ts'
import { debianSources, type Release } from './debian-sources.ts'

export type Image = 'debian-12' | 'debian-13' | 'cloud-node'

/** What each image is made of. */
export const releases: Record<Image, Release> = { 'debian-12': 'bookworm', 'debian-13': 'trixie', 'cloud-node': 'bookworm' }

/** What a provider's bare Debian image has. No curl, no jq, no python: annex must do without them. */
const providerPackages = [
  'ca-certificates', 'cron', 'dbus', 'iproute2', 'iputils-ping', 'kmod', 'less', 'netbase', 'openssh-server', 'procps', 'sudo',
  'systemd', 'systemd-sysv', 'tzdata', 'vim-tiny',
]

/** What a cloud's prebuilt node image has on top. */
const nodePackages = ['conntrack', 'ethtool', 'ipset', 'iptables', 'nftables', 'runc']
const nodeBinaries: Record<string, string[]> = {
  'usr/bin': ['kubeadm', 'kubelet'],
  'usr/local/bin': ['containerd', 'containerd-shim-runc-v2', 'ctr'],
  'opt/cni/bin': ['bridge', 'host-local', 'loopback', 'portmap'],
}
const nodeTools = ['kubernetes', 'containerd', 'cni-plugins']
const nodeFiles: Record<string, string> = {
  'containerd.toml': 'etc/containerd/config.toml',
  'hosts.toml': 'etc/containerd/certs.d/_default/hosts.toml',
  'containerd.service': 'etc/systemd/system/containerd.service',
  'kubelet.service': 'etc/systemd/system/kubelet.service',
}
/** The last ones a kubelet with protectKernelDefaults wants to find. */
const nodeSettings = [
  'net.ipv4.ip_forward = 1', 'net.bridge.bridge-nf-call-iptables = 1',
  'vm.overcommit_memory = 1', 'vm.panic_on_oom = 0', 'kernel.panic = 10', 'kernel.panic_on_oops = 1', 'kernel.keys.root_maxkeys = 1000000', 'kernel.keys.root_maxbytes = 25000000',
]
const nodeFilesFolder = path.join(import.meta.dirname, 'cloud-node')

/** Changes whenever the image would come out different. */
export function recipe(image: Image): string {
  const parts: unknown[] = [releases[image], packagesOf(image), readFileSync(import.meta.filename, 'utf8')]
  if (image === 'cloud-node') {
    parts.push(nodeTools.map(toolVersion))
    for (const file of readdirSync(nodeFilesFolder).sort()) parts.push(readFileSync(path.join(nodeFilesFolder, file), 'utf8'))
  }
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 12)
}

/** Makes the root file system in a folder that does not exist yet. */
export async function fill(root: string, image: Image, report: (step: string) => void): Promise<void> {
  await bootstrap(image, root, report)
  await makeAnonymous(root)
  await addProviderUser(root)
  if (image === 'cloud-node') await addNode(root)
}

function packagesOf(image: Image): string[] {
  return image === 'cloud-node' ? [...providerPackages, ...nodePackages].sort() : providerPackages
}

async function bootstrap(image: Image, root: string, report: (step: string) => void): Promise<void> {
  // In a mount namespace of its own: if it is killed, no mount of it stays in the half-made tree.
  const build = execa('unshare', [
    '--mount', '--propagation', 'private', '--',
    'mmdebstrap', '--mode=root', '--variant=minbase', '--skip=cleanup/reproducible',
    `--include=${packagesOf(image).join(',')}`, releases[image], root, '-',
  ], { input: await debianSources(releases[image]), all: true })
  build.all?.on('data', (chunk: Buffer) => {
    const line = chunk.toString().trimEnd().split('\n').at(-1) ?? ''
    if (line.startsWith('I: ')) report(line.slice('I: '.length))
  })
  await build
}

/** Takes away what must differ between hosts, and what a package manager leaves behind. */
async function makeAnonymous(root: string): Promise<void> {
  const keys = (await readdir(path.join(root, 'etc/ssh'))).filter((file) => file.startsWith('ssh_host_'))
  for (const key of keys) await rm(path.join(root, 'etc/ssh', key))
  await writeFile(path.join(root, 'etc/machine-id'), '')
  for (const folder of ['var/cache/apt', 'var/lib/apt/lists', 'var/log']) {
    await execa('find', [path.join(root, folder), '-type', 'f', '-delete'])
  }
  await rm(path.join(root, 'etc/apt/sources.list'), { force: true })
  await rm(path.join(root, 'etc/resolv.conf'), { force: true })
}

/** The user that Debian's cloud images have; the host's provider decides whether anybody may log in as it. */
async function addProviderUser(root: string): Promise<void> {
  await execa('chroot', [root, 'useradd', '--create-home', '--shell', '/bin/bash', '--groups', 'sudo', 'debian'])
  await writeFile(path.join(root, 'etc/sudoers.d/90-cloud-init-users'), 'debian ALL=(ALL) NOPASSWD:ALL\n', { mode: 0o440 })
  await writeFile(path.join(root, 'etc/ssh/sshd_config.d/50-cloud-init.conf'), 'PasswordAuthentication no\n', { mode: 0o600 })
}

async function addNode(root: string): Promise<void> {
  for (const [folder, binaries] of Object.entries(nodeBinaries)) {
    await mkdir(path.join(root, folder), { recursive: true })
    for (const binary of binaries) await copyFile(toolPath(binary), path.join(root, folder, binary))
  }
  for (const [source, target] of Object.entries(nodeFiles)) {
    await mkdir(path.dirname(path.join(root, target)), { recursive: true })
    await copyFile(path.join(nodeFilesFolder, source), path.join(root, target))
  }
  await execa('chroot', [root, 'systemctl', 'enable', '--quiet', 'containerd.service', 'kubelet.service'])
  await writeFile(path.join(root, 'etc/sysctl.d/90-kubernetes.conf'), nodeSettings.map((line) => `${line}\n`).join(''))
  await writeFile(path.join(root, 'etc/tmpfiles.d/resolved.conf'), 'L+ /run/systemd/resolve/resolv.conf - - - - /etc/resolv.conf\n')
}
