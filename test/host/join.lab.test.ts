/** A host becomes a node, and is a bare host again. */
import assert from 'node:assert/strict'
import type { HostResult } from '../../host/engine.ts'
import { parseFailure } from '../../host/look.ts'
import { privateEndpoint } from '../../lab/topology.ts'
import { type Joining, kubectl, leave, newToken, prepare } from './joining.ts'
import { itemsOf } from './documents.ts'
import { converge, differences, host, remove, run, shell } from './lab-host.ts'

/** Files on the host that hold the token's secret. */
const holders = (token: string) => shell(`grep -rls ${token.slice(7)} /etc /run /var/lib/kubelet /var/lib/annex /tmp || true`)

describe(`a join of ${host}`, function () {
  this.timeout(240_000)
  let joining: Joining

  before(async function () {
    this.timeout(30 * 60_000)
    joining = await prepare()
  })

  after(() => joining.undo())

  const whatDiffers = async () => (await differences(joining.document.section, joining.document.items)).join('\n')

  it('needs a token only to join', async () => {
    assert.match(parseFailure((await joining.join('')).stderr)!.error, /no bootstrap token came with the document/)
  })

  it('says which end of the tunnel is silent where the API server does not answer, and what else may be in the way', async () => {
    const told = async (apiServer: string) => {
      const input = { section: joining.document.section, items: joining.document.items.map((item) => ({ ...item, apiServer })), secrets: { token: 'abcdef.0123456789abcdef' } }
      return parseFailure((await run('converge', input, undefined, { ANNEX_SERVER_WAIT: '2' })).stderr)!
    }
    try {
      await converge('test', itemsOf('interface'))
      const silent = await told('10.100.0.99:6443')
      assert.match(silent.error, /10\.100\.0\.99:6443 does not answer, and through wg7 no packet has come back from 198\.51\.100\.2:51999$/)
      assert.match(silent.fix, /let UDP through: .*security group/)
    } finally {
      await remove('test')
    }
    assert.match((await told('198.51.100.2:6443')).error, /198\.51\.100\.2:6443 does not answer through eth0$/)
    await leave()
  })

  it('registers with its labels and its taint, is Ready, and leaves no token on the host', async () => {
    const token = await newToken()
    const { code, stderr, stdout } = await joining.join(token)
    assert.equal(code, 0, stderr)
    assert.deepEqual((JSON.parse(stdout) as HostResult).changed.map(({ kind }) => kind), ['join'])
    assert.ok(!(stdout + stderr).includes(token.slice(7)))
    assert.equal(await holders(token), '')
    const node = JSON.parse(await kubectl('get', 'node', host, '-o', 'json'))
    assert.deepEqual([node.metadata.labels['node-type'], node.metadata.labels['paas-tier'], node.metadata.labels['storage-type']], ['vps', 'tenant', 'local'])
    assert.ok(node.spec.taints.some(({ key, value, effect }: Record<string, string>) => key === 'paas-tier' && value === 'tenant' && effect === 'NoSchedule'))
    assert.equal(node.status.addresses.find(({ type }: { type: string }) => type === 'InternalIP').address, '172.31.12.2')
  })

  it('is unchanged the second time, without a token', async () => {
    const { code, stdout } = await joining.join('')
    assert.equal(code, 0)
    assert.deepEqual((JSON.parse(stdout) as HostResult).changed, [])
  })

  it('sees and mends a kubelet that somebody has stopped', async () => {
    await shell('systemctl disable --now kubelet.service 2>/dev/null')
    assert.match(await whatDiffers(), /kubelet does not start at boot[^]*kubelet is not running/)
    assert.equal((await joining.join('')).code, 0)
    assert.equal(await whatDiffers(), '')
  })

  it('joins again when the cluster has forgotten the node, without the bridge of its earlier pods', async () => {
    await kubectl('delete', 'node', host)
    assert.match(await whatDiffers(), /the cluster has no such node any more/)
    await shell('ip link show cni0 >/dev/null 2>&1 || ip link add cni0 type bridge; ip address add 10.244.99.1/24 dev cni0')
    const { code, stderr } = await joining.join(await newToken())
    assert.equal(code, 0, stderr)
    assert.doesNotMatch(await shell('ip -4 address show'), /10\.244\.99\.1/)
  })

  it('follows the cluster to another address, without a token', async () => {
    // Its certificate has this name too.
    await shell(`cp /etc/hosts /tmp/hosts; echo '${privateEndpoint} kubernetes' >>/etc/hosts`)
    const moved = joining.document.items.map((item) => ({ ...item, apiServer: 'kubernetes:6443' }))
    try {
      for (const [items, from] of [[moved, `${privateEndpoint}:6443`], [joining.document.items, 'kubernetes:6443']] as const) {
        assert.match((await differences(joining.document.section, items)).join(), new RegExp(`talks to ${from}`))
        const { code, stderr } = await run('converge', { ...joining.document, items } as object)
        assert.equal(code, 0, stderr)
        assert.deepEqual(await differences(joining.document.section, items), [])
      }
    } finally {
      await shell('cp /tmp/hosts /etc/hosts; rm /tmp/hosts')
    }
  })

  it('refuses a host that is a node of another name', async () => {
    await shell('mkdir -p /tmp/ledger; mv /var/lib/annex/ledger/vps-join /tmp/ledger/')
    const items = joining.document.items.map((item) => ({ ...item, nodeName: 'another' }))
    const { stderr } = await run('converge', { ...joining.document, items } as object)
    await shell('mv /tmp/ledger/vps-join /var/lib/annex/ledger/; rmdir /tmp/ledger')
    assert.match(parseFailure(stderr)!.error, new RegExp(`this host is node ${host} of the cluster at ${privateEndpoint}:6443 already`))
  })

  it('leaves the host as it was before the join, with the network of containers that are not its pods', async () => {
    await shell('ip link add vethdocker type veth peer name vethdocker-c')
    await leave()
    await shell('ip link delete vethdocker')
    assert.deepEqual(await joining.left(), [])
  })

  it('joins a host on which somebody’s join had failed before, and gives that back as it was', async () => {
    const leftovers = '/etc/kubernetes/pki/ca.crt /var/lib/kubelet/config.yaml'
    await shell(`mkdir /etc/kubernetes/pki; for file in ${leftovers}; do echo old >$file; done`)
    const { code, stderr } = await joining.join(await newToken())
    assert.equal(code, 0, stderr)
    await leave()
    assert.equal(await shell(`cat ${leftovers}`), 'old\nold')
    await shell(`rm ${leftovers}; rmdir /etc/kubernetes/pki`)
    assert.deepEqual(await joining.left(), [])
  })

  it('continues after kill -9 in the middle: at one command here, at many in test:all', async () => {
    const tokens = [await newToken(), await newToken()]
    const { code } = await joining.join(tokens[0]!, 450)
    assert.notEqual(code, 0, 'was not cut')
    const { code: again, stderr } = await joining.join(tokens[1]!)
    assert.equal(again, 0, stderr)
    for (const token of tokens) assert.equal(await holders(token), '')
    await leave()
    assert.deepEqual(await joining.left(), [])
  })
})
