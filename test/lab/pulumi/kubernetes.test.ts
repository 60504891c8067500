import { strict as assert } from 'node:assert'
import { makeProvider } from '../../../lab/pulumi/kubernetes/provider.ts'
import type { Provider } from '../../../lab/pulumi/plugin/provider.ts'
import { startCluster, type Cluster } from './cluster.ts'
import { startKubelets } from './kubelets.ts'
import { ask, keptLog, readRecording, type Recorded } from './recording.ts'

describe('stand-in for pulumi-resource-kubernetes answers what the official plugin answered', function () {
  this.timeout(180_000)
  let cluster: Cluster
  let stopKubelets = () => {}
  let provider: Provider
  /** What this run has in place of the recorded run's random names. */
  const renamed = new Map<string, string>()

  before(async () => {
    cluster = await startCluster()
    const node = readRecording('kubernetes-1.jsonl').find(({ method, request }) => method === 'Create' && !request.preview && request.urn.endsWith('NodePatch::node'))!
    const { annotations, labels: { 'rec/step': _patched, ...labels } } = node.response.properties.metadata
    cluster.kubectlWith({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'vps1', annotations, labels }, spec: node.response.properties.spec }, 'create')
    // Admission has added the taint of a node that has not reported yet.
    cluster.kubectl('patch', 'node', 'vps1', '--type=merge', '-p', JSON.stringify({ spec: { taints: node.response.properties.spec.taints } }))
    cluster.kubectl('-n', 'default', 'create', 'configmap', 'existing', '--from-literal=k=original')
    cluster.kubectl('-n', 'default', 'create', 'configmap', 'patched', '--from-literal=theirs=1')
    stopKubelets = await startKubelets(cluster, 'vps1', ['rec-1', 'rec-2'])
    provider = makeProvider(keptLog())
    await configure(provider)
  })
  after(async () => {
    stopKubelets()
    await cluster?.stop()
  })

  const configure = (which: Provider, args: object = {}) => which.configure({ kubeconfig: cluster.kubeconfig, ...args }, '')

  for (const file of ['kubernetes-1.jsonl', 'kubernetes-2.jsonl']) {
    let step = ''
    for (const [index, recorded] of readRecording(file).entries()) {
      const { step: next, method, request } = recorded
      const isFirst = next !== step
      step = next
      const kind = request.urn.split('::').at(-2).split(':').at(-1)
      it(`${method}${request.preview ? ' (preview)' : ''} ${kind} ${request.urn.split('::').at(-1)} in "${next}" (${file}, line ${index + 1})`, async () => {
        if (isFirst) await arrange(next)
        const answer = await ask(provider, method, rename(recorded.request))
        learn(recorded, answer.response)
        assert.deepEqual(comparable(answer.response ?? { error: answer.error }), comparable(rename(expected(recorded))))
      })
    }
  }

  /** What happened between the steps of the recording. */
  async function arrange(step: string): Promise<void> {
    if (step === 'preview of changes and replacements') {
      // An update that was refused in part was not recorded itself, but its preview was.
      const previewed = readRecording('kubernetes-1.jsonl').filter(({ step, method, errors }) => step.includes('API server refuses') && method === 'Update' && !errors)
      for (const { request } of previewed) await ask(provider, 'Update', rename({ ...request, preview: false }))
    }
    if (step.includes('changed by hand')) {
      cluster.kubectl('label', 'node', 'vps1', 'rec/step=drift', '--overwrite')
      cluster.kubectl('-n', 'rec-1', 'patch', 'configmap', 'named', '--type=merge', '-p', '{"data":{"v":"drift"}}')
      cluster.kubectl('-n', 'rec-1', 'delete', 'service', 'web')
    }
    if (step === 'program 2: refresh') cluster.kubectl('-n', 'rec-2', 'wait', 'pvc/data', '--for=jsonpath={.status.phase}=Bound', '--timeout=30s')
    if (step.includes('API server down')) {
      await cluster.stopServer()
      await configure(provider, { deleteUnreachable: 'true' })
    }
  }

  function rename<T>(value: T): T {
    if (value === undefined) return value
    let text = JSON.stringify(value, (_, item) => {
      if (item === '<kubeconfig>') return cluster.kubeconfig
      return item === '<kubeconfig of another user>' ? cluster.kubeconfig.replaceAll('admin', 'another') : item
    })
    for (const [theirs, ours] of renamed) text = text.replaceAll(theirs, ours)
    return JSON.parse(text) as T
  }

  /** Field managers have random names; later requests must name those of this run. */
  function learn({ response }: Recorded, ours: any): void {
    const [from, to] = [response?.properties?.__fieldManager, ours?.properties?.__fieldManager]
    if (from && to && !renamed.has(from)) renamed.set(from, to)
  }
})

function expected({ response, errors }: Recorded): unknown {
  return errors?.length ? { error: errors[0] } : response
}

const FROM_SERVER = ['uid', 'creationTimestamp', 'managedFields']

/** What differs from run to run, or comes from the machine, made the same. */
function comparable(answer: any): any {
  const text = JSON.stringify(answer, (key, value) => {
    if (key === 'metadata' && value && typeof value === 'object') {
      return Object.fromEntries(Object.entries(value).filter(([field]) => !FROM_SERVER.includes(field)))
    }
    if (key === 'properties' && value) {
      const { status: _status, ...rest } = value
      return rest
    }
    if (key === 'resourceVersion') return undefined
    if (['clusterIP', 'nodeName'].includes(key) && typeof value === 'string') return `<${key}>`
    if (key === 'clusterIPs') return '<clusterIPs>'
    // ADD is the first of its kind, which the protocol leaves out.
    if (key === 'kind' && value === 'ADD') return undefined
    return value
  })
  const same = text
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<uid>')
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, '<time>')
    .replaceAll(/kube-api-access-\w{5}/g, 'kube-api-access-<id>')
    .replaceAll(/(pulumi-kubernetes|auto|immut|sa)-[0-9a-f]{8}/g, '$1-<hex>')
  return withoutDefaults(JSON.parse(same))
}

/** What a message of the protocol leaves out when it is empty. */
function withoutDefaults(answer: any): any {
  return Object.fromEntries(Object.entries(answer).filter(([, value]) => value !== '' && value !== false && !(typeof value === 'object' && Object.keys(value as object).length === 0)))
}
