/** What is in the lab's registry: the cloud's add-ons and a test image, each under its public name and version. */
import { chmod, copyFile, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { toolPath, toolVersion } from '../../../tools/tools.ts'
import { unpackDebian } from '../packages/debian.ts'
import { addLinks, addProgram, type Layer, layerOf } from './layer.ts'
import type { Image } from './registry.ts'

/** The tools whose binaries are in the images. */
export const imageTools = ['kubernetes', 'kube-router', 'flannel', 'coredns', 'pause']

/** Debian packages of the layer under everything that sets packet filter rules. */
const networkPackages = ['busybox-static', 'conntrack', 'ipset', 'iptables', 'nftables']

/** Makes every image; `work` is an empty folder for it. */
export async function makeImages(work: string): Promise<Image[]> {
  const debian = join(work, 'debian')
  await unpackDebian(networkPackages, debian, join(work, 'apt'))
  const busybox = join(debian, 'bin', 'busybox')
  const applets = (await execa(busybox, ['--list'])).stdout.split('\n').filter((name) => name !== 'busybox')
  const network = await networkLayer(debian)
  const program = (binary: string, path: string) =>
    layer(work, binary, (folder) => addProgram(folder, path, toolPath(binary)))

  return [
    { reference: `pause:${toolVersion('pause')}`, layers: [await program('pause', 'pause')], entrypoint: ['/pause'], user: '65535:65535' },
    { reference: `coredns/coredns:${toolVersion('coredns')}`, layers: [await program('coredns', 'coredns')], entrypoint: ['/coredns'] },
    {
      reference: `kube-proxy:${toolVersion('kubernetes')}`,
      layers: [network, await program('kube-proxy', 'usr/local/bin/kube-proxy')],
      entrypoint: ['/usr/local/bin/kube-proxy'],
    },
    {
      reference: `cloudnativelabs/kube-router:${toolVersion('kube-router')}`,
      layers: [network, await program('kube-router', 'usr/local/bin/kube-router')],
      entrypoint: ['/usr/local/bin/kube-router'],
    },
    {
      reference: `flannel/flannel:${toolVersion('flannel')}`,
      layers: [
        network,
        await layer(work, 'flannel', async (folder) => {
          await addProgram(folder, 'opt/bin/flanneld', toolPath('flanneld'))
          await addProgram(folder, 'opt/bin/flannel.sh', join(import.meta.dirname, 'files', 'flannel.sh'))
        }),
      ],
      entrypoint: ['/opt/bin/flannel.sh'],
    },
    {
      reference: 'library/busybox:1.35.0',
      layers: [await layer(work, 'busybox', (folder) => busyboxTree(folder, busybox, applets))],
      entrypoint: [],
    },
  ]
}

/** Only what runs: no documentation, no character set tables. iptables is nft's, as on Debian. */
async function networkLayer(root: string): Promise<Layer> {
  for (const path of ['usr/share', 'usr/lib/x86_64-linux-gnu/gconv']) await rm(join(root, path), { recursive: true, force: true })
  const names = ['iptables', 'ip6tables'].flatMap((name) => ['', '-save', '-restore'].map((end) => `${name}${end}`))
  await addLinks(root, 'usr/sbin', 'xtables-nft-multi', names)
  await addLinks(root, 'bin', 'busybox', ['sh', 'sleep', 'rm', 'mv', 'mkdir', 'cat', 'ls', 'kill', 'test', 'ip', 'ps'])
  await mkdir(join(root, 'run'), { recursive: true })
  return layerOf(root)
}

/** As in the public image: every applet in /bin, a world-writable /tmp, and users root and nobody. */
async function busyboxTree(folder: string, busybox: string, applets: string[]): Promise<void> {
  await mkdir(join(folder, 'bin'))
  await copyFile(busybox, join(folder, 'bin', 'busybox'))
  await chmod(join(folder, 'bin', 'busybox'), 0o755)
  await addLinks(folder, 'bin', 'busybox', applets)
  for (const path of ['etc', 'home', 'root', 'var/www']) await mkdir(join(folder, path), { recursive: true })
  await mkdir(join(folder, 'tmp'))
  await chmod(join(folder, 'tmp'), 0o1777)
  await writeFile(join(folder, 'etc', 'passwd'), 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/home:/bin/false\n')
  await writeFile(join(folder, 'etc', 'group'), 'root:x:0:\nnogroup:x:65534:\n')
}

async function layer(work: string, name: string, fill: (folder: string) => Promise<void>): Promise<Layer> {
  const folder = join(work, name)
  await mkdir(folder)
  await fill(folder)
  return layerOf(folder)
}
