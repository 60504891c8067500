/** Another minor of Kubernetes: it comes to drained nodes, one after the other. */
import assert from 'node:assert/strict'
import { ensureOlderKubernetes } from '../../lab/artifacts/older-kubernetes.ts'
import { reinstallHost } from '../../lab/lab.ts'
import { until } from '../../lab/processes.ts'
import { setMirrorFault } from '../../lab/services.ts'
import { destroy, openStack } from '../../lab/stack.ts'
import { toolVersion } from '../../tools/tools.ts'
import { freshLab, kubectl, runWith, secondWorker, system } from './lab.ts'

const workers = ['vps-worker-1', secondWorker.name] as const
const application = ['pod', '-n', 'paas-tenant-1', '-l', 'app.kubernetes.io/name=test-app']

const current = toolVersion('kubernetes').replace(/\.\d+$/, '')

describe('an upgrade to another minor', function () {
  this.timeout(10 * 60_000)
  let older: Awaited<ReturnType<typeof ensureOlderKubernetes>>

  before(async function () {
    this.timeout(30 * 60_000)
    await freshLab()
    await reinstallHost(secondWorker.name)
    older = await ensureOlderKubernetes()
    await openStack()
    const { code, output } = await pulumi(['up', '--yes', '--skip-preview'], older)
    assert.equal(code, 0, output)
    await served()
  })

  after(async () => { await destroy({ stdio: 'pipe' }) })

  it('is told of in the preview, with the drain', async () => {
    const { code, output } = await pulumi(['preview'])
    assert.equal(code, 0, output)
    for (const worker of workers) {
      assert.match(output, new RegExp(`${worker}: kubelet from ${older.minor}\\.\\S+ to \\S+ is another minor: its node is drained before`))
      assert.match(output, new RegExp(`${worker}-drain .*update`))
    }
  })

  it('stops where a pod would be lost, before the host is changed, and lets pods come again', async () => {
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'alone' }, spec: { nodeName: workers[0], terminationGracePeriodSeconds: 1, containers: [{ name: 'c', image: system.probeImage, command: ['sleep', '1000'] }] } }
    await kubectl(['apply', '-f', '-'], JSON.stringify(pod))
    const { code, output } = await pulumi(['up', '--yes', '--skip-preview'])
    assert.notEqual(code, 0)
    assert.match(output, /cannot delete Pods that declare no controller.*default\/alone/)
    assert.deepEqual(await state(), workers.map((name) => `${name} ${older.minor}`))
    await kubectl(['delete', 'pod', 'alone'])
  })

  it('comes to one node after the other, to which pods come again, with their data', async () => {
    const before = await kubectl(['get', ...application, '-o', 'jsonpath={.items[0].metadata.uid}'])
    await kubectl(['exec', '-n', 'paas-tenant-1', 'test-app-0', '--', 'sh', '-c', 'echo kept >/data/upgrade'])
    let running = true
    const seen = watch(() => running)
    const { code, output } = await pulumi(['up', '--yes', '--skip-preview'])
    running = false
    assert.equal(code, 0, output)
    assert.deepEqual(await seen, workers)
    assert.deepEqual(await state(), workers.map((name) => `${name} ${current}`))
    await served()
    assert.notEqual(await kubectl(['get', ...application, '-o', 'jsonpath={.items[0].metadata.uid}']), before)
    assert.equal(await kubectl(['exec', '-n', 'paas-tenant-1', 'test-app-0', '--', 'cat', '/data/upgrade']), 'kept')
  })

  it('that fails on a host leaves it cordoned and the next one as it was, until an update succeeds, also one that goes back', async () => {
    await setMirrorFault('down')
    try {
      const { code, output } = await pulumi(['up', '--yes', '--skip-preview'], older)
      assert.notEqual(code, 0)
      assert.match(output, /vps-worker-1-host-converge/)
      assert.deepEqual(await state(), [`${workers[0]} ${current} true cordoned`, `${workers[1]} ${current}`])
    } finally {
      await setMirrorFault()
    }
    const preview = await pulumi(['preview'])
    assert.match(preview.output, /vps-worker-1: its node takes no pods since an upgrade that failed or was cut/)
    const { code, output } = await pulumi(['up', '--yes', '--skip-preview'])
    assert.equal(code, 0, output)
    assert.deepEqual(await state(), workers.map((name) => `${name} ${current}`))
  })

  it('is done then: a second update changes nothing', async () => {
    const { code, output } = await pulumi(['preview', '--expect-no-changes'])
    assert.equal(code, 0, output)
    assert.doesNotMatch(output, /is another minor/)
  })
})

/** Runs pulumi on the dev stack with both workers, and with the minor before where it is given. */
function pulumi(args: string[], older?: { minor: string; version: string }): Promise<{ code: number; output: string }> {
  return runWith((config) => {
    config['annex:workers'].push(secondWorker)
    if (older === undefined) return
    config['annex:packages'].kubernetesVersion = older.version
    config['annex:packages'].kubernetes.uri = config['annex:packages'].kubernetes.uri.replace(/v1\.\d+/, older.minor)
  }, args)
}

/** Each worker's minor; and what keeps pods away from it, if anything does. */
async function state(): Promise<string[]> {
  const nodes = await kubectl(['get', 'nodes', ...workers, '-o', 'jsonpath={range .items[*]}{.metadata.name} {.status.nodeInfo.kubeletVersion} {.spec.unschedulable} {.metadata.annotations.annex/upgrade}{"\\n"}{end}'])
  return nodes.trim().split('\n').map((line) => line.trim().replace(/(v\d+\.\d+)\.\d+/, '$1'))
}

/** Until the test application is Ready. */
function served(): Promise<void> {
  return until('the test application is Ready', 120, async () => (await kubectl(['get', ...application, '-o', 'jsonpath={.items[0].status.conditions[?(@.type=="Ready")].status}'])) === 'True')
}

/** Looks at the nodes as long as it is told to. @returns those that took no pods, in that order, two at a time as one */
async function watch(go: () => boolean): Promise<string[]> {
  const seen: string[] = []
  while (go()) {
    const cordoned = (await kubectl(['get', 'nodes', '-o', 'jsonpath={range .items[?(@.spec.unschedulable==true)]}{.metadata.name} {end}'])).trim()
    if (cordoned !== '' && cordoned !== seen.at(-1)) seen.push(cordoned)
  }
  return seen
}
