/** The whole way, on one fresh VPS: interrupted, up, unchanged, checked, broken, and away again. The tests build on each other. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { nodePoolLabel } from '../../components/tenant-placement/node-pools.ts'
import { labFolder } from '../../lab/environment.ts'
import { until } from '../../lab/processes.ts'
import { lastChanges, openStack, pulumi, stackName, up } from '../../lab/stack.ts'
import { labSubject } from '../../lab/proof.ts'
import { reach } from '../../proof/attacks/reach.ts'
import { proveIsolation } from '../../proof/isolation/run.ts'
import { isFault, isProven } from '../../proof/isolation/trial.ts'
import { checkAll, points } from '../../proof/checklist/checklist.ts'
import { packetFilter } from '../packet-filter.ts'
import { breaks } from './broken.ts'
import { cutUp, difference, freshLab, killAfter, kubectl, onWorker, plainState, runPulumi, snapshot, system } from './lab.ts'

const minutes = (count: number) => count * 60_000

describe('the dev stack on the lab', function () {
  this.timeout(minutes(8))
  this.bail(true)
  let bare: string[]

  before(async function () {
    this.timeout(minutes(20))
    await freshLab()
    await onWorker('echo mine > /etc/foreign.conf; echo "vm.max_map_count = 262144" > /etc/sysctl.d/90-foreign.conf')
    await packetFilter('vps-worker-1', 'table inet foreign { chain output { type filter hook output priority 10; ip daddr 192.0.2.1 reject; }; }')
    bare = await snapshot()
  })

  it('ends well when pulumi is killed three times on the way and started again, without cleaning up by hand', async () => {
    for (const seconds of [5, 12, 9]) {
      await openStack()
      const { ended } = await cutUp((running) => killAfter(running, seconds))
      if (ended) console.log(`        up was done before ${seconds} s, and could not be interrupted`)
    }
    // Notes beside the state, which Pulumi does not write at one stroke: cut in between, the state could not be read again.
    assert.deepEqual(readdirSync(path.join(labFolder, 'pulumi/state'), { recursive: true }).filter((file) => String(file).endsWith('.attrs')), [])
    await up({ stdio: 'pipe' })
  })

  it('holds every point of the checklist, and calls nothing ok that is not set up', async () => {
    const checked = await checkAll(system, { disturb: true })
    const verdicts = Object.fromEntries(checked.map(({ point, answer }) => [point.number, answer?.verdict]))
    const wanted = Object.fromEntries(points.map(({ number }) => [number, [9, 13].includes(number) ? 'not set up' : 'ok']))
    assert.deepEqual(verdicts, wanted, JSON.stringify(checked.filter(({ answer }) => answer?.verdict === 'failed'), null, 2))
  })

  it('keeps out what reaches from a tenant’s pod for hosts and other tenants, all of which succeeds where nothing protects', async () => {
    // Through the API server the same attacks are made without a lab (attacks.test.ts); npm run test:all makes all of them here.
    const { trials } = await proveIsolation(labSubject(), { quick: true, only: ({ id }) => reach.some((attack) => attack.id === id), say: () => undefined })
    assert.deepEqual(trials.filter(isFault), [])
    assert.ok(isProven(trials))
    assert.deepEqual(trials.filter(({ verdict }) => verdict === 'nothing there').map(({ aim }) => aim.id), ['annex-reach/api-ssh'])
  })

  it('has a pool on its nodes that a taken-over node cannot change: the API server refuses that to its own credential', async () => {
    const { name } = system.worker
    const label = (to: string) => system.onWorker(['kubectl', '--kubeconfig', '/etc/kubernetes/kubelet.conf', '--cache-dir', '/tmp/kube-cache', 'label', 'node', name, to, '--overwrite'])
    const refused = await label(`${nodePoolLabel}=another`)
    assert.notEqual(refused.code, 0)
    assert.match(refused.stderr, /is not allowed to modify labels.*node-restriction\.kubernetes\.io/)
    // The credential itself is good for other labels.
    assert.equal((await label('annex-test=1')).code, 0)
    assert.equal((await label('annex-test-')).code, 0)
  })

  it('says in a preview what somebody changed on a host by hand, and brings it back', async () => {
    await until('the kubelet has its limit', 90, async () => (await processLimit()) === 1024)
    await onWorker('nft delete table inet annex; rm /etc/containerd/certs.d/docker.io/hosts.toml; sed -i s/1024/4096/ /etc/annex/kubelet.d/50-annex.conf; systemctl restart kubelet')
    const preview = await runPulumi(['preview'])
    assert.match(preview.output, /vps-worker-1: vps-worker is no longer as the last update left it.*\n.*file \/etc\/containerd\/certs.d\/docker.io\/hosts.toml: does not exist.*\n.*file \/etc\/annex\/kubelet.d\/50-annex.conf: content differs.*\n.*firewall annex: /)
    assert.match(preview.output, /~ 1 to update/)
    await up({ stdio: 'pipe' })
    await onWorker('nft list table inet annex && test -s /etc/containerd/certs.d/docker.io/hosts.toml')
    // Read by a kubelet of a node that has joined; one that is not Ready for long after its restart would be a change of its own.
    await until('the kubelet has its limit', 90, async () => (await processLimit()) === 1024)
    await until('the node is Ready', 90, async () => (await points[0]!.check(system)).verdict === 'ok')
  })

  it('changes nothing when it is run again', async () => {
    const again = await runPulumi(['up', '--yes', '--skip-preview', '--diff', '--policy-pack', 'policies'])
    assert.equal(again.code, 0, again.output)
    assert.equal((await lastChanges()).changed, false, again.output)
  })

  it('shows no difference in a preview, and no drift of Kubernetes objects in a refresh', async () => {
    const preview = await runPulumi(['preview', '--expect-no-changes', '--policy-pack', 'policies'])
    assert.equal(preview.code, 0, preview.output)
    const refresh = await runPulumi(['refresh', '--yes', '--skip-preview', '--expect-no-changes'])
    assert.equal(refresh.code, 0, refresh.output)
  })

  it('has no private key in its state, and the bootstrap token only as a secret', async () => {
    const plain = JSON.stringify(await plainState())
    assert.doesNotMatch(plain, /PRIVATE KEY/)
    const wireguardKey = (await onWorker('cat /etc/wireguard/wg0.key')).trim()
    assert.equal(wireguardKey.length, 44)
    const stored = String((await pulumi(['stack', 'export', '--stack', stackName], { stdio: 'pipe' })).stdout)
    const tokens = await bootstrapTokens()
    assert.ok(tokens.length > 0, 'the cluster has no bootstrap token, so this test looks for nothing')
    const logs = readdirSync(labFolder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.log')).map((file) => readFileSync(path.join(labFolder, file), 'utf8'))
    for (const text of [stored, ...logs]) for (const secret of [wireguardKey, ...tokens]) assert.ok(!text.includes(secret))
    assert.ok(!plain.includes(wireguardKey))
  })

  for (const { point, title, break: breakIt, mend } of breaks) {
    it(`point ${point} of the checklist fails when ${title}, and holds again`, async () => {
      const check = () => points.find(({ number }) => number === point)!.check(system)
      await breakIt(system)
      try {
        await until('the point fails', 90, async () => (await check()).verdict === 'failed')
      } finally {
        await mend(system)
      }
      await until('the point holds', 90, async () => (await check()).verdict === 'ok')
    })
  }

  it('leaves the VPS as it was after destroy, with what others put there', async () => {
    const destroyed = await runPulumi(['destroy', '--yes', '--skip-preview'])
    assert.equal(destroyed.code, 0, destroyed.output)
    assert.doesNotMatch(await kubectl(['get', 'nodes', '-o', 'name']), /vps-worker/)
    assert.deepEqual(difference(bare, await snapshot()), [])
    assert.match(await onWorker('cat /etc/foreign.conf'), /mine/)
    assert.match((await packetFilter('vps-worker-1')).join(), /ip daddr 192\.0\.2\.1 reject/)
  })

  it('would be seen by the comparison if it left anything behind', async () => {
    await onWorker('touch /etc/annex-left-behind')
    assert.match(difference(bare, await snapshot()).join('\n'), /annex-left-behind/)
  })
})

/** The secret halves of the tokens that the joins of this stack were given; they live for minutes. */
async function bootstrapTokens(): Promise<string[]> {
  const { items } = JSON.parse(await kubectl(['get', 'secrets', '-n', 'kube-system', '--field-selector=type=bootstrap.kubernetes.io/token', '-o', 'json'])) as { items: { data: Record<string, string> }[] }
  return items.map(({ data }) => Buffer.from(data['token-secret']!, 'base64').toString())
}

/** What the worker's kubelet lets a pod have; undefined while it does not answer. */
async function processLimit(): Promise<number | undefined> {
  const { code, stdout } = await system.run('kubectl', ['--context', system.context, 'get', '--raw', `/api/v1/nodes/${system.worker.name}/proxy/configz`])
  return code === 0 ? (JSON.parse(stdout) as { kubeletconfig: { podPidsLimit: number } }).kubeletconfig.podPidsLimit : undefined
}
