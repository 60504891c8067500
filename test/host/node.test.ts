import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { execa } from 'execa'

/** Runs a script with a kubectl that does what `kubectl` says. @returns its exit code, what it told, and what it asked of the cluster: verbs, with the value that `spec.unschedulable` is patched to */
async function run(script: string, kubectl: string): Promise<{ code: number | undefined; told: string; calls: string[] }> {
  const folder = mkdtempSync(path.join(tmpdir(), 'annex-node-'))
  try {
    const log = path.join(folder, 'calls')
    // What is asked comes after the context and, mostly, a time limit.
    writeFileSync(path.join(folder, 'kubectl'), `#!/bin/sh\nshift 2\nif [ "$1" = --request-timeout ]; then shift 2; fi\necho "$*" >>${log}\n${kubectl}\n`)
    chmodSync(path.join(folder, 'kubectl'), 0o755)
    const env = { PATH: `${folder}:${process.env['PATH']}`, NODE: 'vps', CONTEXT: 'test', KUBELET: '1.36', CONTAINERD: '2.2' }
    const { exitCode, stderr } = await execa('bash', [`host/node/${script}`], { env, reject: false })
    const calls = readFileSync(log, 'utf8').trim().split('\n').map((line) => [line.split(' ')[0], /"unschedulable":(\w+)/.exec(line)?.[1]].filter(Boolean).join(' '))
    return { code: exitCode, told: stderr, calls }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Answers of a cluster to `get`: what the script reads first, and the annotation that it reads after. */
const answers = (node: string, held = '') => `case "$1 $*" in get*annex/cordoned*) printf '${held}' ;; get*) printf '${node}' ;; esac`
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

describe('the drain for an upgrade', () => {
  for (const [what, node] of Object.entries({
    'is none where both minors stay': 'v1.36.9 containerd://2.2.1 True ',
    'is none where the node is still to come': '',
    'is none on a node that does not answer': 'v1.35.3 containerd://2.2.7 Unknown ',
  })) {
    it(what, async () => {
      const { code, calls } = await run('drain.sh', answers(node))
      assert.deepEqual([code, calls], [0, ['get']])
    })
  }

  for (const node of ['v1.35.3 containerd://2.2.7 True ', 'v1.3.6 containerd://2.2.7 True ', 'v1.36.3 containerd://2.20.7 True ']) {
    it(`keeps pods away before it sends them away: ${node}`, async () => {
      const { code, calls } = await run('drain.sh', answers(node))
      assert.deepEqual([code, calls], [0, ['get', 'patch true', 'drain']])
    })
  }

  it('leaves the cordon of somebody else as it is', async () => {
    const { code, calls } = await run('drain.sh', answers('v1.35.3 containerd://2.2.7 True true'))
    assert.deepEqual([code, calls], [0, ['get', 'drain']])
  })

  it('fails where a pod does not go, lets the others come again, and says what to do', async () => {
    const { code, calls, told } = await run('drain.sh', `if [ $1 = drain ]; then exit 1; fi; ${answers('v1.35.3 containerd://2.2.7 True ', 'upgrade')}`)
    assert.deepEqual([code, calls], [1, ['get', 'patch true', 'drain', 'get', 'patch null']])
    assert.match(told, /vps could not be drained .*\nDelete a pod that no controller would make again/)
  })

  it('fails where the cluster does not answer', async () => {
    const { code, calls } = await run('drain.sh', down)
    assert.deepEqual([code, calls], [1, ['get']])
  })
})

describe('the end of an upgrade', () => {
  it('lets pods come when the node is Ready', async () => {
    const { code, calls } = await run('uncordon.sh', answers('', 'upgrade'))
    assert.deepEqual([code, calls], [0, ['get', 'wait', 'patch null']])
  })

  it('leaves the cordon of somebody else, and a node that is still to come', async () => {
    const { code, calls } = await run('uncordon.sh', answers(''))
    assert.deepEqual([code, calls], [0, ['get']])
  })

  it('fails on a node that does not become Ready, to which no pod may come', async () => {
    const { code, calls, told } = await run('uncordon.sh', `if [ $1 = wait ]; then exit 1; fi; ${answers('', 'upgrade')}`)
    assert.deepEqual([code, calls], [1, ['get', 'wait']])
    assert.match(told, /vps is not Ready 300 s after its packages were changed/)
  })

  it('fails where the cluster does not answer', async () => {
    const { code, calls } = await run('uncordon.sh', down)
    assert.deepEqual([code, calls], [1, ['get']])
  })
})
