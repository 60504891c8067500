import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import { execa } from 'execa'
import { ensureImages } from '../../../lab/artifacts/images.ts'
import { withRegistry } from '../../../lab/artifacts/images/registry.ts'

interface Manifest {
  config: { digest: string; size: number }
  layers: { digest: string; size: number }[]
}

const references = [
  'pause:3.10.1', 'coredns/coredns:v1.14.7', 'kube-proxy:v1.36.3', 'cloudnativelabs/kube-router:v2.10.0', 'flannel/flannel:v0.28.10', 'library/busybox:1.35.0',
]

describe('the lab\'s images', function () {
  this.timeout(180_000)
  const manifests: Record<string, Manifest> = {}
  let folder: string

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'annex-test-images-'))
    await withImages(async (url) => {
      for (const reference of references) manifests[reference] = (await (await get(url, reference, 'manifests')).json()) as Manifest
    })
  })
  after(() => rmSync(folder, { recursive: true }))

  it('are small: no node pulls more than 30 MB for one', () => {
    for (const [reference, { config, layers }] of Object.entries(manifests)) {
      const bytes = [config, ...layers].reduce((sum, { size }) => sum + size, 0)
      assert.ok(bytes < 30e6, `${reference}: ${bytes}`)
    }
  })

  it('share one layer where they filter packets, so that a node pulls it once', () => {
    const base = (reference: string) => manifests[reference]!.layers[0]!.digest
    assert.equal(base('kube-proxy:v1.36.3'), base('cloudnativelabs/kube-router:v2.10.0'))
    assert.equal(base('kube-proxy:v1.36.3'), base('flannel/flannel:v0.28.10'))
  })

  it('run their programs, and have the packet filter tools that these call', async () => {
    const programs: Record<string, string[][]> = {
      'coredns/coredns:v1.14.7': [['/coredns', '-version']],
      'kube-proxy:v1.36.3': [['/usr/local/bin/kube-proxy', '--version'], ['nft', '--version'], ['iptables', '--version'], ['conntrack', '--version']],
      'cloudnativelabs/kube-router:v2.10.0': [['/usr/local/bin/kube-router', '--version'], ['ipset', 'version'], ['iptables-restore', '--version']],
      'library/busybox:1.35.0': [['sh', '-c', 'true'], ['httpd', '--help'], ['wget', '--help']],
    }
    for (const [reference, commands] of Object.entries(programs)) {
      const root = await unpack(reference)
      for (const command of commands) {
        const { exitCode, all } = await inside(root, command)
        assert.equal(exitCode, 0, `${reference}: ${command.join(' ')}: ${all}`)
      }
    }
  })

  it('let anybody write to busybox\'s /tmp, so that a pod without root can work there', async () => {
    const root = await unpack('library/busybox:1.35.0')
    const { exitCode, all } = await execa('setpriv', ['--reuid=1000', '--regid=1000', '--clear-groups', 'touch', join(root, 'tmp', 'mine')], { all: true, reject: false })
    assert.equal(exitCode, 0, all)
  })

  it('have a flannel that writes the pod network\'s configuration once flanneld has its subnet, with the MTU that flanneld found', async () => {
    const root = await unpack('flannel/flannel:v0.28.10')
    const netd = join(root, 'etc/cni/net.d')
    mkdirSync(netd, { recursive: true })
    mkdirSync(join(root, 'run/flannel'), { recursive: true })
    writeFileSync(join(root, 'run/flannel/subnet.env'), 'FLANNEL_SUBNET=10.244.9.1/24\nFLANNEL_MTU=1450\n')
    writeFileSync(join(root, 'opt/bin/flanneld'), `#!/bin/sh
      sleep 0.3
      echo "$*" >/run/flannel/args
      printf 'FLANNEL_NETWORK=10.244.0.0/16\\nFLANNEL_SUBNET=10.244.2.1/24\\nFLANNEL_MTU=1370\\nFLANNEL_IPMASQ=true\\n' >/run/flannel/subnet.env
      sleep 0.3`)
    chmodSync(join(root, 'opt/bin/flanneld'), 0o755)
    const { exitCode, all } = await inside(root, ['/opt/bin/flannel.sh', '--iface=10.100.0.11'])
    assert.equal(exitCode, 0, all)
    assert.equal(readFileSync(join(root, 'run/flannel/args'), 'utf8'), '--iface=10.100.0.11\n')
    const [bridge, portmap] = JSON.parse(readFileSync(join(netd, '10-flannel.conflist'), 'utf8')).plugins
    assert.equal(bridge.mtu, 1370)
    assert.equal(bridge.ipam.subnet, '10.244.2.0/24')
    assert.equal(portmap.type, 'portmap')
  })

  it('end with flanneld\'s failure, so that kubelet starts it again', async () => {
    const root = await unpack('flannel/flannel:v0.28.10')
    writeFileSync(join(root, 'opt/bin/flanneld'), '#!/bin/sh\nexit 7\n')
    assert.equal((await inside(root, ['/opt/bin/flannel.sh'])).exitCode, 7)
  })

  async function withImages(work: (url: string) => Promise<void>): Promise<void> {
    await withRegistry(await ensureImages(), work)
  }

  /** The image's whole tree, as a container sees it. */
  async function unpack(reference: string): Promise<string> {
    const root = mkdtempSync(join(folder, 'root-'))
    await withImages(async (url) => {
      for (const { digest } of manifests[reference]!.layers) {
        const layer = await get(url, `${reference.split(':')[0]}:${digest}`, 'blobs')
        await execa('tar', ['-x', '-p', '-C', root], { input: zstdDecompressSync(await layer.arrayBuffer()) })
      }
    })
    // The container runtime brings /dev.
    mkdirSync(join(root, 'dev'))
    writeFileSync(join(root, 'dev', 'null'), '')
    chmodSync(root, 0o755)
    chmodSync(folder, 0o755)
    return root
  }

  async function get(url: string, reference: string, what: 'manifests' | 'blobs'): Promise<Response> {
    const cut = reference.indexOf(':')
    const accept = 'application/vnd.oci.image.manifest.v1+json'
    const response = await fetch(`${url}/v2/${reference.slice(0, cut)}/${what}/${reference.slice(cut + 1)}`, { headers: { accept } })
    assert.ok(response.ok, `${reference}: ${response.status}`)
    return response
  }

  function inside(root: string, command: string[]) {
    const env = { PATH: '/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' }
    return execa('chroot', [root, ...command], { env, extendEnv: true, all: true, reject: false, timeout: 30_000 })
  }
})
