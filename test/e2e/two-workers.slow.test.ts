/** A second worker, behind NAT and reached as a user with sudo; reboots of every end; one worker that goes while the other stays. */
import assert from 'node:assert/strict'
import { rebootHost, runInHost } from '../../lab/host.ts'
import { reinstallHost } from '../../lab/lab.ts'
import { until } from '../../lab/processes.ts'
import { destroy, openStack } from '../../lab/stack.ts'
import type { HostName } from '../../lab/topology.ts'
import { snapshot } from '../host/lab-host.ts'
import { difference, freshLab, kubectl, readiness, runWith, secondWorker, system } from './lab.ts'

const [near, behindNat] = ['vps-worker-1', 'vps-worker-2'] as const

describe('two workers', function () {
  this.timeout(10 * 60_000)
  let bare: string[]

  before(async function () {
    this.timeout(30 * 60_000)
    await freshLab()
    await reinstallHost(behindNat)
    bare = await snapshot()
    await openStack()
    await upWith([secondWorker])
    for (const node of [near, behindNat]) await kubectl(['apply', '-f', '-'], server(node))
    await serving()
  })

  after(async () => {
    await destroy({ stdio: 'pipe' })
  })

  it('are both Ready, and each reaches the other’s pods, as the cloud reaches both', async () => {
    for (const node of [near, behindNat]) assert.equal(await readiness(node), 'True')
    for (const from of ['cloud-worker-1', near, behindNat] as const) for (const to of [near, behindNat]) assert.equal(await fetched(from, to), to, `from ${from} to ${to}`)
  })

  it('answer kubectl logs and exec', async () => {
    assert.equal((await kubectl(['exec', `server-${behindNat}`, '--', 'hostname'])).trim(), `server-${behindNat}`)
  })

  for (const host of ['gateway', behindNat, near] as const) {
    it(`come back by themselves after a reboot of ${host}`, async () => {
      await rebootHost(host)
      await serving()
    })
  }

  it('change nothing of one when the other goes, which is left as it was found, and cost it no packet', async () => {
    const before = await ledgerOf(near)
    await kubectl(['delete', 'pod', `server-${behindNat}`, '--wait=false'])
    const pinging = runInHost('gateway', 'ping', ['-q', '-i', '0.2', '10.100.0.11'], { reject: false })
    await upWith([]).finally(() => runInHost('gateway', 'pkill', ['-INT', '-x', 'ping']))
    assert.match(String((await pinging).stdout), / 0% packet loss/)
    assert.equal(await readiness(behindNat), '')
    assert.deepEqual(difference(bare, await snapshot()), [])
    assert.equal(await ledgerOf(near), before)
    assert.equal(await fetched('cloud-worker-1', near), near)
  })

  it('go with the tenants that run on them: pods and claims end while the node is still reached', async () => {
    const without = (...options: string[]) => up((config) => {
      for (const list of options) config[list] = []
      delete config['annex:testApplication']
    })
    // With a claim of theirs still there the preflight refuses to take the worker, and names the claim.
    await without('annex:tenants')
    await without('annex:tenants', 'annex:workers')
    assert.equal(await readiness(near), '')
    assert.deepEqual(JSON.parse(await kubectl(['get', 'pv', '-o', 'json'])).items, [])
    assert.match(String((await runInHost('gateway', 'wg', ['show', 'wg0', 'peers'])).stdout), /^$/)
  })

  /** `pulumi up` of the dev stack with further workers. */
  async function upWith(workers: object[]): Promise<void> {
    await up((config) => config['annex:workers'].push(...workers))
  }

  /** `pulumi up` of the dev stack with a changed configuration. */
  async function up(change: (config: Record<string, any>) => void): Promise<void> {
    const { code, output } = await runWith(change, ['up', '--yes', '--skip-preview'])
    assert.equal(code, 0, output)
    // What annex itself runs on a worker that leaves is no matter for a warning.
    assert.doesNotMatch(output, /admission (refuses|would refuse)/)
  }

  /** Until every server is reached from the cloud and from the other worker. */
  async function serving(): Promise<void> {
    await until('both workers serve', 180, async () => {
      const answers = await Promise.all([fetched('cloud-worker-1', near), fetched('cloud-worker-1', behindNat), fetched(near, behindNat), fetched(behindNat, near)])
      return answers.join() === [near, behindNat, behindNat, near].join()
    })
  }
})

/** A pod that serves its node's name. It names the node itself, which the taint does not hold back, and stays there, so that its address does. */
function server(node: string): string {
  return JSON.stringify({
    apiVersion: 'v1', kind: 'Pod', metadata: { name: `server-${node}` },
    spec: {
      nodeName: node, terminationGracePeriodSeconds: 1,
      containers: [{ name: 'httpd', image: system.probeImage, command: ['sh', '-c', `mkdir -p /www && echo ${node} >/www/index.html && exec httpd -f -p 8080 -h /www`] }],
    },
  })
}

/** What the host of one node gets from the server on the other; empty without an answer. */
async function fetched(from: HostName, to: string): Promise<string> {
  const address = await kubectl(['get', 'pod', `server-${to}`, '-o', 'jsonpath={.status.podIP}'])
  const get = `exec 3<>/dev/tcp/${address}/8080 && printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3 && tail -n 1 <&3`
  return String((await runInHost(from, 'timeout', ['3', 'bash', '-c', get], { reject: false })).stdout).trim()
}

/** When each section of the host was written last. */
async function ledgerOf(host: HostName): Promise<string> {
  return String((await runInHost(host, 'bash', ['-c', 'stat -c "%n %y" /var/lib/annex/ledger/*/.converged'])).stdout)
}
