/** The points of the guide's checklist, on a system that answers what it is to. */
import assert from 'node:assert/strict'
import { checkAll, holds, points } from '../../proof/checklist/checklist.ts'
import type { Ran, System } from '../../proof/checklist/point.ts'

/** By a part of the command: its output, or an object as JSON. A function is asked each time. */
type Answers = Record<string, string | object | ((command: string) => string | object)>

/** Other answers than usual; a number is the exit code of a command that says the same and fails. */
type Instead = Record<string, string | object | number>

/** Whatever has no answer fails. */
function systemOf(answers: Answers, instead: Instead = {}, asked: string[] = []): System {
  const run = async (command: string, args: string[]): Promise<Ran> => {
    const line = [command, ...args].join(' ')
    asked.push(line)
    const usual = answerTo(line, answers)
    const other = answerTo(line, instead)
    const output = (typeof other === 'number' ? usual : other ?? usual) ?? ''
    return { code: typeof other === 'number' || (other ?? usual) === undefined ? 1 : 0, stdout: typeof output === 'string' ? output : JSON.stringify(output), stderr: '' }
  }
  return {
    context: 'test',
    worker: { name: 'vps-worker-1', tunnelAddress: '10.100.0.11', publicAddress: '198.51.100.11', sshPort: 22, taintEffect: 'NoSchedule' },
    testApplication: { tenant: 'paas-tenant-1', image: 'busybox' },
    tenantNodes: ['vps-worker-1', 'vps-worker-2'],
    otherTenant: 'paas-tenant-2',
    probeImage: 'busybox',
    run,
    onWorker: (command) => run('ssh', command),
  }
}

function answerTo(line: string, answers: Answers | Instead): string | object | number | undefined {
  const [, answer] = Object.entries(answers).find(([part]) => line.includes(part)) ?? []
  return typeof answer === 'function' ? answer(line) : answer
}

const node = (ready: string, address: string) => ({
  status: {
    conditions: [{ type: 'MemoryPressure', status: ready === 'True' ? 'False' : 'True' }, { type: 'Ready', status: ready }],
    addresses: [{ type: 'Hostname', address: 'vps-worker-1' }, { type: 'InternalIP', address }],
  },
})
const volume = (phase: string, storageClassName = 'local-storage-vps') => ({ metadata: { name: 'pv' }, spec: { storageClassName, capacity: { storage: '1Gi' } }, status: { phase } })
const tier = { key: 'paas-tier', operator: 'In', values: ['tenant'] }
const workload = (...terms: object[]) => ({ spec: { template: { spec: { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } } } } } } })

/** A pod of one volume, which is another one after each deletion. */
function store(): Answers {
  let pods = 1
  let marker = ''
  return {
    'echo proof-': (command) => { marker = /echo (\S+)/.exec(command)![1]!; return '' },
    'delete pod': () => { pods++; return '' },
    'get pod': () => ({ metadata: { uid: String(pods) } }),
    'cat /data/marker': () => `${marker}\n`,
  }
}

/** For points: where each is ok, and by which answers instead it is not. */
const cases: Record<number, { good: () => Answers; bad: Record<string, Instead> }> = {
  1: {
    good: () => ({ 'get node vps-worker-1': node('True', '10.100.0.11') }),
    bad: {
      'there is no such node': { 'get node': 1 },
      'the node is not Ready': { 'get node': node('False', '10.100.0.11') },
      'the node has another address than the tunnel’s': { 'get node': node('True', '198.51.100.11') },
    },
  },
  3: {
    good: () => ({
      'get storageclass local-storage-vps': { volumeBindingMode: 'WaitForFirstConsumer' },
      'get persistentvolumes -l kubernetes.io/hostname=vps-worker-1': { items: [volume('Bound'), volume('Available'), volume('Failed', 'another')] },
    }),
    bad: {
      'there is no such class': { storageclass: 1 },
      'volumes are bound before a pod is placed': { storageclass: { volumeBindingMode: 'Immediate' } },
      'the worker has only volumes of another class': { persistentvolumes: { items: [volume('Bound', 'another')] } },
      'one of its volumes cannot be used': { persistentvolumes: { items: [volume('Bound'), volume('Released')] } },
    },
  },
  6: {
    good: () => ({ 'get statefulset/test-app': workload({ matchExpressions: [tier, { key: 'node-type', operator: 'Exists' }] }), 'get pod/test-app-0': { spec: { nodeName: 'vps-worker-2' } } }),
    bad: {
      'the workload has no affinity': { statefulset: {} },
      'the workload may run on another tier': { statefulset: workload({ matchExpressions: [{ ...tier, values: ['platform'] }] }) },
      'the workload may run elsewhere too': { statefulset: workload({ matchExpressions: [tier] }, {}) },
      'the pod runs elsewhere': { 'get pod/': { spec: { nodeName: 'cloud-1' } } },
    },
  },
  8: {
    good: () => ({ 'connect 198.51.100.11 22': '', 'nft list chain inet annex input': 'type filter hook input priority filter; policy drop;' }),
    bad: {
      'SSH does not answer': { 'connect 198.51.100.11 22': 1 },
      ...Object.fromEntries([10250, 10255, 10256, 30000].map((port) => [`port ${port} answers`, { [`connect 198.51.100.11 ${port}`]: '' }])),
      'the rules let in what they do not name': { nft: 'type filter hook input priority filter; policy accept;' },
      'the rules could not be listed': { nft: 1 },
    },
  },
  12: {
    good: store,
    bad: {
      'nothing can be written': { 'echo proof-': 1 },
      'the pod cannot be deleted': { 'delete pod': 1 },
      'the pod is still the same': { 'get pod': { metadata: { uid: '1' } } },
      'no pod takes its place': { 'get pod': 1 },
      'the data is not what was written': { 'cat /data/marker': 'proof-of-another\n' },
    },
  },
}

describe('the checklist', () => {
  for (const [number, { good, bad }] of Object.entries(cases)) {
    const point = points.find((it) => it.number === Number(number))!

    it(`has point ${number} ok where all is well: ${point.title}`, async () => {
      assert.equal((await point.check(systemOf(good()))).verdict, 'ok')
    })

    for (const [what, instead] of Object.entries(bad)) {
      it(`has point ${number} failed where ${what}`, async () => {
        assert.equal((await point.check(systemOf(good(), instead))).verdict, 'failed')
      })
    }
  }

  it('asks nothing of SSH at the public address where that is not the way to the host', async () => {
    const system = systemOf(cases[8]!.good(), { 'connect 198.51.100.11 22': 1 })
    const firewall = points.find(({ number }) => number === 8)!
    assert.equal((await firewall.check({ ...system, worker: { ...system.worker, sshPort: undefined } })).verdict, 'ok')
  })

  it('deletes no pod of a tenant’s unless it is asked to, and says which points it left out', async () => {
    const asked: string[] = []
    const deletions = () => asked.filter((line) => line.includes('delete pod test-app-0'))
    const checked = await checkAll(systemOf({}, {}, asked), { disturb: false })
    assert.deepEqual(checked.filter(({ answer }) => answer === undefined).map(({ point }) => point.number), [12])
    assert.deepEqual(deletions(), [])
    const disturbed = await checkAll(systemOf({}, {}, asked), { disturb: true })
    assert.deepEqual(disturbed.filter(({ answer }) => answer === undefined), [])
    assert.equal(deletions().length, 1)
  })

  it('holds where nothing failed, though something is not set up or was not repeated', () => {
    const [point] = points
    const checkedAs = (verdict: 'ok' | 'failed' | 'not set up') => ({ point: point!, answer: { verdict, evidence: [] } })
    assert.equal(holds([checkedAs('ok'), checkedAs('not set up'), { point: point!, answer: undefined }]), true)
    assert.equal(holds([checkedAs('ok'), checkedAs('failed')]), false)
  })
})
