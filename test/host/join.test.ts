/** What a join waits for, on this machine instead of a host. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { bundle } from '../../host/bundle.ts'

const missing = 'Error from server (NotFound): nodes "vps" not found'

/** A wait for a node of which the API server says these things, one after the other, and the last one for ever. */
function waited(...answers: string[]): { code: number | null; stderr: string; asked: number } {
  const script = `${bundle('converge').replace(/\nmain "\$@"\n$/, '')}
    set -Eeuo pipefail; READER=people; ITEM=''; trap 'on_error $? $LINENO "$BASH_COMMAND"' ERR
    answers=(${answers.map((it) => `'${it}'`).join(' ')}) asked=0
    ask_ready() {
      READY=\${answers[asked < \${#answers[@]} ? asked : \${#answers[@]} - 1]} READY_WHY=$READY
      asked=$((asked + 1))
    }
    sleep() { SECONDS=$((SECONDS + 30)); }
    trap 'echo "asked $asked"' EXIT
    await_ready vps`
  const { status, stdout, stderr } = spawnSync('bash', [], { input: script, encoding: 'utf8' })
  return { code: status, stderr, asked: Number(/asked (\d+)/.exec(stdout)![1]) }
}

describe('a join that waits for its node', () => {
  it('goes on when it is Ready, and waits for one that is still to come', () => {
    assert.deepEqual([waited(missing, 'False', 'Unknown', 'True')].map(({ code, asked }) => [code, asked]), [[0, 4]])
  })

  it('waits no longer for one that was there and is deleted, as by a destroy after a killed update', () => {
    const { code, asked, stderr } = waited(missing, 'False', missing, 'True')
    assert.deepEqual([code, asked], [70, 3])
    assert.match(stderr, /join vps: somebody deleted the node from the cluster before it was Ready/)
  })

  it('says after three minutes why it is not Ready', () => {
    const { code, stderr } = waited('cni plugin not initialized')
    assert.equal(code, 70)
    assert.match(stderr, /not Ready after 180 s: cni plugin not initialized[^]*must tolerate the node's taint/)
  })
})
