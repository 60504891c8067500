/** A host becomes a node, and is a bare host again. It goes to the API server directly here, so that no tunnel can be to blame. */
import assert from 'node:assert/strict'
import path from 'node:path'
import { renderJoin, renderWorkerHost } from '../../components/vps-worker/render.ts'
import type { HostDocument, HostResult } from '../../host/engine.ts'
import { parseFailure } from '../../host/look.ts'
import { runAsOperator } from '../../lab/environment.ts'
import { up } from '../../lab/lab.ts'
import { privateEndpoint, publicEndpoint } from '../../lab/topology.ts'
import { toolPath } from '../../tools/tools.ts'
import { settingsOf } from '../settings.ts'
import { converge, difference, differences, host, remove, type Run, run, shell, snapshot } from './lab-host.ts'
import { caOfLab, keyOfLab } from './documents.ts'

describe(`a join of ${host}`, function () {
  this.timeout(240_000)
  let bare: string[]
  let prepared: string[]
  let join: HostDocument

  before(async function () {
    this.timeout(30 * 60_000)
    await up()
    // The cluster names itself by its private endpoint, which only the tunnel leads to.
    await shell(`apt-get -qq update; apt-get -qq -y --no-install-recommends install nftables >/dev/null 2>&1
      nft "add table ip direct; add chain ip direct output { type nat hook output priority -100; }; add rule ip direct output ip daddr ${privateEndpoint} dnat to ${publicEndpoint}"`)
    bare = await snapshot()
    const settings = settingsOf('Pulumi.dev.yaml')
    const key = keyOfLab()
    const signed = ({ uri, suite, components }: { uri: string; suite: string; components: string[] }) => ({ uri, suite, components, key })
    const packages = { ...settings.packages, kubernetes: signed(settings.packages.kubernetes), containerd: signed(settings.packages.containerd) }
    const registries = settings.registries.map(({ host: registry, mirror }) => ({ host: registry, mirror, ca: caOfLab() }))
    const worker = renderWorkerHost({ packages, registries, sshPort: 22, interface: 'eth0', ...settings.hostOptions })
    await converge(worker.section, worker.items)
    prepared = await snapshot()
    join = renderJoin({
      nodeName: host, apiServer: `${privateEndpoint}:6443`, caCertHash: await caCertHash(), nodeAddress: '172.31.12.2', taintEffect: 'NoSchedule',
      ignorePreflightErrors: settings.hostOptions.ignorePreflightErrors,
    }, settings.hostOptions.cgroupV1)
  })

  after(async () => {
    await leave()
    await remove('vps-worker')
    const left = difference(bare, await snapshot())
    await shell('nft delete table ip direct; apt-get -qq -y purge nftables libjansson4 libnftables1 libnftnl11 >/dev/null')
    assert.deepEqual(left.slice(0, 30), [])
  })

  it('says what is wrong with a token that the cluster does not know, shows no token, and leaves nothing', async () => {
    const token = 'abcdef.0123456789abcdef'
    const { code, stdout, stderr } = await joinWith(token)
    assert.notEqual(code, 0)
    assert.ok(!(stdout + stderr).includes('0123456789abcdef'))
    const told = parseFailure(stderr)!
    assert.match(told.error, /kubeadm failed with exit code/)
    assert.match(told.fix, /the token must not have expired/)
    await leave()
    assert.deepEqual(await sinceJoin(), [])
  })

  it('needs a token only to join', async () => {
    assert.match(parseFailure((await joinWith('')).stderr)!.error, /no bootstrap token came with the document/)
  })

  it('registers with its labels and its taint, is Ready, and leaves no token on the host', async () => {
    const token = await newToken()
    const { code, stderr, stdout } = await joinWith(token)
    assert.equal(code, 0, stderr)
    assert.deepEqual((JSON.parse(stdout) as HostResult).changed.map(({ kind }) => kind), ['join'])
    assert.ok(!(stdout + stderr).includes(token.slice(7)))
    assert.equal(await shell(`grep -rls ${token.slice(7)} /etc /run /var/lib/kubelet /var/lib/annex /tmp || true`), '')
    const node = JSON.parse(await kubectl('get', 'node', host, '-o', 'json'))
    assert.deepEqual([node.metadata.labels['node-type'], node.metadata.labels['paas-tier'], node.metadata.labels['storage-type']], ['vps', 'tenant', 'local'])
    assert.ok(node.spec.taints.some(({ key, value, effect }: Record<string, string>) => key === 'paas-tier' && value === 'tenant' && effect === 'NoSchedule'))
    assert.equal(node.status.addresses.find(({ type }: { type: string }) => type === 'InternalIP').address, '172.31.12.2')
  })

  it('is unchanged the second time, without a token', async () => {
    const { code, stdout } = await joinWith('')
    assert.equal(code, 0)
    assert.deepEqual((JSON.parse(stdout) as HostResult).changed, [])
  })

  it('sees and mends a kubelet that somebody has stopped', async () => {
    await shell('systemctl disable --now kubelet.service 2>/dev/null')
    assert.match((await differences(join.section, join.items)).join('\n'), /kubelet does not start at boot[^]*kubelet is not running/)
    assert.equal((await joinWith('')).code, 0)
    assert.deepEqual(await differences(join.section, join.items), [])
  })

  it('joins again when the cluster has forgotten the node', async () => {
    await kubectl('delete', 'node', host)
    assert.match((await differences(join.section, join.items)).join('\n'), /the cluster has no such node any more/)
    const { code, stderr } = await joinWith(await newToken())
    assert.equal(code, 0, stderr)
  })

  it('refuses a host that is a node of another name or cluster', async () => {
    await shell('mkdir -p /tmp/ledger; mv /var/lib/annex/ledger/vps-join /tmp/ledger/')
    const { stderr } = await run('converge', { ...join, items: join.items.map((item) => ({ ...item, nodeName: 'another' })), secrets: { token: 'abcdef.0123456789abcdef' } } as object)
    await shell('mv /tmp/ledger/vps-join /var/lib/annex/ledger/; rmdir /tmp/ledger')
    assert.match(parseFailure(stderr)!.error, new RegExp(`this host is node ${host} of the cluster at ${privateEndpoint}:6443 already`))
  })

  it('leaves the host as it was before the join', async () => {
    await leave()
    assert.deepEqual(await sinceJoin(), [])
  })

  it('ends joined after a cut in the middle, and leaves nothing when it is removed instead', async () => {
    const cuts = [350, 450]
    for (const cut of cuts) {
      const { code } = await joinWith(await newToken(), cut)
      assert.notEqual(code, 0, `was not cut at ${cut}`)
      const again = await joinWith(await newToken())
      assert.equal(again.code, 0, again.stderr)
      await leave()
      assert.deepEqual(await sinceJoin(), [], `cut at ${cut}`)
    }
  })

  /** containerd belongs to the worker's section, and keeps its own books. */
  async function sinceJoin(): Promise<string[]> {
    return difference(prepared, await snapshot()).filter((line) => !line.includes('/var/lib/containerd')).slice(0, 30)
  }

  function joinWith(token: string, cut?: number): Promise<Run> {
    return run('converge', { ...join, secrets: { token } } as object, cut)
  }
})

/** Out of the cluster: the node's object by whoever may, the host by the engine. */
async function leave(): Promise<void> {
  await remove('vps-join')
  await kubectl('delete', 'node', host, '--ignore-not-found')
}

async function newToken(): Promise<string> {
  return String((await runAsOperator(toolPath('kubeadm'), ['token', 'create', '--ttl', '15m', '--kubeconfig', process.env['KUBECONFIG'] ?? path.join(import.meta.dirname, '../../.lab/kubeconfig')])).stdout).trim()
}

async function caCertHash(): Promise<string> {
  const { caCertHash: hash } = await import('../../preflight/cluster.ts')
  const data = await kubectl('config', 'view', '--raw', '--minify', '-o', 'jsonpath={.clusters[0].cluster.certificate-authority-data}')
  return hash(Buffer.from(data, 'base64').toString())
}

async function kubectl(...args: string[]): Promise<string> {
  return String((await runAsOperator('kubectl', args)).stdout)
}
