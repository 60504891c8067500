import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { aptKey } from '../../../lab/artifacts/keys.ts'
import { ensurePackages } from '../../../lab/artifacts/packages.ts'
import { type MirrorSettings, serveMirror } from '../../../lab/services/mirror.ts'

/** A real apt with an empty state of its own, and the real mirror on this machine's loopback. */
describe('the apt mirror', function () {
  this.timeout(180_000)
  let settings: MirrorSettings
  let mirror: { port: number; close: () => void }
  let root: string

  before(async () => {
    settings = { folder: await ensurePackages() }
    mirror = await serveMirror('127.0.0.1', 0, () => settings)
  })
  after(() => mirror.close())
  beforeEach(async () => {
    delete settings.fault
    root = mkdtempSync(join(tmpdir(), 'annex-test-apt-'))
    for (const folder of ['lists/partial', 'archives/partial']) mkdirSync(join(root, folder), { recursive: true })
    writeFileSync(join(root, 'status'), '')
    await trust((await aptKey()).public)
  })
  afterEach(() => rmSync(root, { recursive: true }))

  it('is verified by the lab\'s key, and has what a node needs at pinned versions', async () => {
    await apt('update')
    const { stdout } = await apt('install', '--simulate', 'kubelet=1.36.3-1.1', 'kubeadm=1.36.3-1.1', 'kubectl=1.36.3-1.1', 'containerd.io=2.2.7-1',
      'wireguard-tools', 'wireguard-go', 'nftables', 'age', 'rsync', 'jq', 'conntrack', 'ethtool', 'socat', 'ebtables', 'e2fsprogs', 'ipset')
    for (const installed of ['kubelet (1.36.3-1.1', 'kubernetes-cni (1.9.1-1.1', 'containerd.io (2.2.7-1', 'iptables (', 'libseccomp2 (', 'libc6 (']) {
      assert.ok(stdout.includes(`Inst ${installed}`), `${installed} in\n${stdout}`)
    }
  })

  it('is refused by a host that does not have its key', async () => {
    await trust('/usr/share/keyrings/debian-archive-keyring.gpg')
    const { exitCode, all } = await apt('update')
    assert.notEqual(exitCode, 0)
    assert.match(all, /NO_PUBKEY|couldn't be verified|not signed/)
  })

  it('is not downloaded again when nothing changed', async () => {
    await apt('update')
    const { stdout } = await apt('update')
    assert.match(stdout, /^Hit:1 /m)
    assert.doesNotMatch(stdout, /^Get:/m)
  })

  it('puts the files of a node where the public packages have them', async () => {
    await apt('update')
    await apt('install', '--download-only', 'kubelet', 'kubeadm', 'containerd.io')
    const files = await Promise.all(
      readdirSync(join(root, 'archives')).filter((name) => /^(kube|containerd)/.test(name)).map(async (name) => (await execa('dpkg-deb', ['--contents', join(root, 'archives', name)])).stdout),
    )
    for (const path of ['/usr/bin/kubelet', '/usr/lib/systemd/system/kubelet.service', '/usr/lib/systemd/system/kubelet.service.d/10-kubeadm.conf', '/etc/default/kubelet',
      '/opt/cni/bin/bridge', '/opt/cni/bin/host-local', '/usr/bin/containerd', '/usr/bin/runc', '/etc/containerd/config.toml']) {
      assert.ok(files.join('\n').includes(` .${path}\n`), path)
    }
  })

  it('that lies about its indexes is found out by their signature', async () => {
    settings.fault = 'bad-signature'
    const { exitCode, all } = await apt('update')
    assert.notEqual(exitCode, 0)
    assert.match(all, /BADSIG/)
  })

  it('that sends another package than its index says is found out by the hash', async () => {
    await apt('update')
    settings.fault = 'wrong-hash'
    const { exitCode, all } = await apt('install', '--download-only', 'kubectl')
    assert.notEqual(exitCode, 0)
    assert.match(all, /Hash Sum mismatch/)
    assert.ok(!existsSync(join(root, 'archives', 'kubectl_1.36.3-1.1_amd64.deb')))
  })

  it('that is slow sends 64 KB a second', async () => {
    settings.fault = 'slow'
    const start = Date.now()
    const response = await fetch(`http://127.0.0.1:${mirror.port}/debian/dists/bookworm/main/binary-amd64/Packages.gz`)
    const bytes = (await response.arrayBuffer()).byteLength
    assert.ok(bytes > 32_000, `${bytes} bytes are too few to tell`)
    const rate = bytes / ((Date.now() - start) / 1000)
    // The last chunk is not waited for.
    assert.ok(rate < 90_000, `${rate} bytes a second`)
  })

  it('serves a part of a file, so that apt goes on with a download that was cut', async () => {
    const url = `http://127.0.0.1:${mirror.port}/debian/dists/bookworm/Release`
    const whole = await (await fetch(url)).text()
    const rest = await fetch(url, { headers: { range: 'bytes=100-' } })
    assert.equal(rest.status, 206)
    assert.equal(await rest.text(), whole.slice(100))
  })

  it('serves nothing outside its folder', async () => {
    for (const path of ['/../.lock', '/%2e%2e/.lock', '/debian/../../.lock', '/debian']) {
      assert.equal((await fetch(`http://127.0.0.1:${mirror.port}${path}`)).status, 404, path)
    }
  })

  async function trust(key: string): Promise<void> {
    const at = `[signed-by=${key}] http://127.0.0.1:${mirror.port}`
    writeFileSync(join(root, 'sources.list'), `deb ${at}/debian bookworm main\ndeb ${at}/docker/linux/debian bookworm stable\ndeb ${at}/kubernetes/core:/stable:/v1.36/deb/ /\n`)
  }

  async function apt(command: string, ...args: string[]) {
    const options = Object.entries({
      'Dir::State': root, 'Dir::State::lists': join(root, 'lists'), 'Dir::State::status': join(root, 'status'), 'Dir::Cache': root, 'Dir::Cache::archives': join(root, 'archives'),
      'Dir::Etc::sourcelist': join(root, 'sources.list'), 'Dir::Etc::sourceparts': '-', 'Acquire::http::Proxy': 'DIRECT', 'APT::Sandbox::User': 'root', 'APT::Install-Recommends': 'false',
    }).flatMap(([name, value]) => ['-o', `${name}=${value}`])
    const env = { LC_ALL: 'C' }
    const { exitCode, stdout, all } = await execa('apt-get', [...options, '--yes', '--error-on=any', command, ...args].filter((arg) => command === 'update' || arg !== '--error-on=any'), { env, all: true, reject: false })
    return { exitCode, stdout, all }
  }
})
