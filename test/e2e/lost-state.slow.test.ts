/** The state is gone, or its passphrase; hosts and cluster are as they were. */
import assert from 'node:assert/strict'
import { destroy, lastChanges, openStack, pulumi, stackName, up } from '../../lab/stack.ts'
import { freshLab, kubectl, readiness, runPulumi } from './lab.ts'

const vps = 'vps-worker-1'

describe('a stack whose state was lost', function () {
  this.timeout(15 * 60_000)

  before(async () => {
    await freshLab()
    await openStack()
    await up({ stdio: 'pipe' })
  })

  it('takes over all that is there, and nothing of it is made anew', async () => {
    const before = await identities()
    await pulumi(['stack', 'rm', stackName, '--force', '--yes', '--preserve-config', '--non-interactive'], { stdio: 'pipe' })
    await openStack()
    const preview = await runPulumi(['preview'])
    assert.equal(preview.code, 0, preview.output)
    await up({ stdio: 'pipe' })
    assert.deepEqual(await identities(), before)
    const again = await runPulumi(['up', '--yes', '--skip-preview', '--diff'])
    assert.equal(again.code, 0, again.output)
    assert.equal((await lastChanges()).changed, false, again.output)
  })

  it('can be destroyed afterwards like any other', async () => {
    await destroy({ stdio: 'pipe' })
    assert.equal(await readiness(vps), '')
    assert.equal(await kubectl(['get', 'namespaces', '-l', 'app.kubernetes.io/managed-by=annex', '-o', 'name']), '')
  })
})

/** Of the node, its volumes, and what tenants and platform have: the same as long as nobody has made it anew. */
async function identities(): Promise<string[]> {
  const kinds = ['nodes', 'persistentvolumes', 'persistentvolumeclaims', 'namespaces', 'pods', 'statefulsets', 'services', 'networkpolicies', 'resourcequotas', 'rolebindings', 'validatingadmissionpolicies']
  return (await kubectl(['get', kinds.join(','), '-A', '-o', 'jsonpath={range .items[*]}{.kind} {.metadata.namespace}/{.metadata.name} {.metadata.uid}{"\\n"}{end}'])).split('\n').sort()
}
