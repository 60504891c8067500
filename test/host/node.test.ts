import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { execa } from 'execa'
import { drainForUpgrade, NodeOutOfService, NodeRemoval, uncordonAfterUpgrade } from '../../host/node.ts'
import { registered } from '../mocks.ts'

/** Runs a script with a kubectl that does what `kubectl` says. @returns its exit code, what it told, and what it asked of the cluster: verbs, with what it sets */
async function run(script: string, kubectl: string, drains = '2'): Promise<{ code: number | undefined; told: string; calls: string[] }> {
  const folder = mkdtempSync(path.join(tmpdir(), 'annex-node-'))
  try {
    const log = path.join(folder, 'calls')
    // What is asked comes after the context and, mostly, a time limit.
    writeFileSync(path.join(folder, 'kubectl'), `#!/bin/sh\nshift 2\nif [ "$1" = --request-timeout ]; then shift 2; fi\necho "$*" >>${log}\n${kubectl}\n`)
    chmodSync(path.join(folder, 'kubectl'), 0o755)
    const env = { PATH: `${folder}:${process.env['PATH']}`, NODE: 'vps', CONTEXT: 'test', KUBELET: '1.36', CONTAINERD: '2.2', DRAINS: drains }
    const { exitCode, stderr } = await execa('bash', [`host/node/${script}`], { env, reject: false })
    const asked = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []
    const calls = asked.map((line) => [line.split(' ')[0], ...(line.match(/annex\/drains=\d+|annex\/upgrade[=-]\w*|(?<="annex\/upgrade":)[\w"]+|"unschedulable":\w+/g) ?? [])].join(' '))
    return { code: exitCode, told: stderr, calls }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const down = 'echo "Unable to connect to the server" >&2; exit 1'

describe('the removal of a node', () => {
  it('fails where the cluster does not answer: the node may be there, with its pods', async () => {
    const { code, calls } = await run('remove.sh', down)
    assert.deepEqual([code, calls], [1, ['get']])
  })

  it('is done where there is no such node', async () => {
    const { code, calls } = await run('remove.sh', 'exit 0')
    assert.deepEqual([code, calls], [0, ['get']])
  })

  it('ends with the node deleted, also where a pod does not go', async () => {
    const { code, calls } = await run('remove.sh', 'case $1 in get) echo node/vps ;; drain) exit 1 ;; esac')
    assert.deepEqual([code, calls], [0, ['get', 'drain', 'delete']])
  })
})

/** Answers of a cluster to `get`, in this order, and no failure of anything else. */
const answering = (...answers: string[]) => `case $1 in get) n=$(cat "$0.n" 2>/dev/null || echo 0); echo $((n + 1)) >"$0.n"; case $n in ${answers.map((it, i) => `${i}) printf '${it}' ;; `).join('')}esac ;; esac`
const held = 'patch "cordoned" "unschedulable":true'
const released = 'patch null "unschedulable":null'

describe('the drain for an upgrade', () => {
  it('asks nothing at a first join', async () => {
    const { code, calls } = await run('drain.sh', down, '0')
    assert.deepEqual([code, calls], [0, []])
  })

  for (const [what, node] of Object.entries({
    'is none where the node was drained as often already': '2|True||',
    'is none where there is no such node': '',
  })) {
    it(what, async () => {
      const { code, calls } = await run('drain.sh', answering(node))
      assert.deepEqual([code, calls], [0, ['get']])
    })
  }

  for (const node of ['|True||', '1|True||', 'none|True||', '08|True||']) {
    it(`is noted, and keeps pods away before it sends them away: ${node}`, async () => {
      const { code, calls } = await run('drain.sh', answering(node))
      assert.deepEqual([code, calls], [0, ['get', 'annotate annex/drains=2', held, 'drain']])
    })
  }

  it('runs nothing that a kubelet has written into the annotations of its node', async () => {
    const { code, calls, told } = await run('drain.sh', answering('DRAINS[$(echo ran >&2; echo 0)]|True||'))
    assert.deepEqual([code, calls], [0, ['get', 'annotate annex/drains=2', held, 'drain']])
    assert.doesNotMatch(told, /ran/)
  })

  it('goes on where it was cut', async () => {
    assert.deepEqual((await run('drain.sh', answering('1|True|true|cordoned'))).calls, ['get', 'annotate annex/drains=2', 'drain'])
  })

  it('leaves the cordon of somebody else as it is, also where a pod does not go', async () => {
    assert.deepEqual((await run('drain.sh', answering('1|True|true|'))).calls, ['get', 'annotate annex/drains=2', 'annotate annex/upgrade=awaited', 'drain'])
    const { code, calls, told } = await run('drain.sh', `if [ $1 = drain ]; then exit 1; fi; ${answering('1|True|true|')}`)
    assert.deepEqual([code, calls], [1, ['get', 'annotate annex/drains=2', 'annotate annex/upgrade=awaited', 'drain', 'annotate annex/upgrade-']])
    assert.doesNotMatch(told, /takes pods/)
  })

  it('sends no pods away from a node that does not answer, which is waited for after', async () => {
    const { code, calls, told } = await run('drain.sh', answering('1|Unknown||'))
    assert.deepEqual([code, calls], [0, ['get', 'annotate annex/drains=2', 'annotate annex/upgrade=awaited']])
    assert.match(told, /not Ready/)
  })

  it('fails where a pod does not go, lets the others come again, and says what to do', async () => {
    const { code, calls, told } = await run('drain.sh', `if [ $1 = drain ]; then exit 1; fi; ${answering('1|True||')}`)
    assert.deepEqual([code, calls], [1, ['get', 'annotate annex/drains=2', held, 'drain', released]])
    assert.match(told, /vps could not be drained.*\nIt takes pods as before\.\nA pod that no controller would make again: delete it/)
  })

  it('fails where the cluster does not answer', async () => {
    const { code, calls } = await run('drain.sh', down)
    assert.deepEqual([code, calls], [1, ['get']])
  })
})

describe('the end of an upgrade', () => {
  it('asks nothing at a first join', async () => {
    const { code, calls } = await run('uncordon.sh', down, '0')
    assert.deepEqual([code, calls], [0, []])
  })

  it('lets pods come when the node is Ready with its new minors, not before', async () => {
    const old = ['v1.35.3 containerd://2.2.7 Ready=True', 'v1.36.3 containerd://2.20.0 Ready=True', 'v1.36.3 containerd://2.2.7 Ready=False']
    for (const before of old) {
      const { code, calls } = await run('uncordon.sh', answering('cordoned', before, 'v1.36.3 containerd://2.2.7 Ready=True'))
      assert.deepEqual([code, calls], [0, ['get', 'get', 'get', released]])
    }
  })

  it('waits for a node that somebody else has cordoned, and leaves it so', async () => {
    const { code, calls } = await run('uncordon.sh', answering('awaited', 'v1.35.3 containerd://2.2.7 Ready=True', 'v1.36.3 containerd://2.2.7 Ready=True'))
    assert.deepEqual([code, calls], [0, ['get', 'get', 'get', 'annotate annex/upgrade-']])
  })

  it('does nothing where no upgrade has begun, or the node is gone', async () => {
    const { code, calls } = await run('uncordon.sh', answering(''))
    assert.deepEqual([code, calls], [0, ['get']])
  })

  it('fails where the cluster does not answer', async () => {
    const { code, calls } = await run('uncordon.sh', down)
    assert.deepEqual([code, calls], [1, ['get']])
  })
})

describe('a node under Pulumi', () => {
  it('is drained and let take pods again by an update, and removed or given up by a delete, each with what its script asks for', async () => {
    const node = { nodeName: 'vps', context: 'cloud' }
    const upgrade = { ...node, kubelet: '1.36', containerd: '2.2', drains: 3 }
    const { resources } = await registered(() => {
      drainForUpgrade('vps-drain', upgrade, {})
      uncordonAfterUpgrade('vps-uncordon', upgrade, {})
      new NodeRemoval('vps-removal', node)
      new NodeOutOfService('vps-out-of-service', node)
    })
    const commands = resources.filter(({ type }) => type === 'command:local:Command').map(({ name, inputs: { create, update, delete: remove, environment } }) => [name, { create, update, delete: remove, environment }])
    const script = (name: string) => readFileSync(`host/node/${name}`, 'utf8')
    const of = { NODE: 'vps', CONTEXT: 'cloud' }
    const none = { create: undefined, update: undefined, delete: undefined }
    assert.deepEqual(Object.fromEntries(commands), {
      'vps-drain': { ...none, create: script('drain.sh'), environment: { ...of, DRAINS: '3' } },
      'vps-uncordon': { ...none, create: script('uncordon.sh'), environment: { ...of, DRAINS: '3', KUBELET: '1.36', CONTAINERD: '2.2' } },
      'vps-removal-drain': { ...none, delete: script('remove.sh'), environment: of },
      'vps-out-of-service': { ...none, delete: script('out-of-service.sh'), environment: of },
    })
  })
})
