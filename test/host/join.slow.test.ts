/** A join that goes wrong, at many places. */
import assert from 'node:assert/strict'
import { parseFailure } from '../../host/look.ts'
import { until } from '../../lab/processes.ts'
import { type Joining, kubectl, leave, newToken, prepare } from './joining.ts'
import { host, look } from './lab-host.ts'

/** Commands between two cuts. */
const stride = 29

describe(`a join of ${host} that goes wrong`, function () {
  this.timeout(60 * 60_000)
  let joining: Joining

  before(async () => { joining = await prepare() })

  after(() => joining.undo())

  it('says what is wrong with a token that the cluster does not know, shows no token, and leaves nothing', async () => {
    const { code, stdout, stderr } = await joining.join('abcdef.0123456789abcdef')
    assert.notEqual(code, 0)
    assert.ok(!(stdout + stderr).includes('0123456789abcdef'))
    const told = parseFailure(stderr)!
    assert.match(told.error, /kubeadm failed with exit code/)
    assert.match(told.fix, /that the token has not expired/)
    await leave()
    assert.deepEqual(await joining.left(), [])
  })

  it('tells of a serving certificate that the cluster wants approved, until it is', async () => {
    const kubelets = await kubectl('get', 'configmap', '-n', 'kube-system', 'kubelet-config', '-o', 'jsonpath={.data.kubelet}')
    const become = (text: string) => kubectl('patch', 'configmap', '-n', 'kube-system', 'kubelet-config', '--type', 'merge', '-p', JSON.stringify({ data: { kubelet: text } }))
    const unsigned = async () => (await look()).facts.node?.servingUnsigned
    await become(`${kubelets}\nserverTLSBootstrap: true\n`)
    try {
      const { code, stderr } = await joining.join(await newToken())
      assert.equal(code, 0, stderr)
      assert.match(stderr, /nobody has approved its serving certificate yet: kubectl get csr/)
      assert.equal(await unsigned(), true)
      const asked = async () => (await kubectl('get', 'csr', '--field-selector', 'spec.signerName=kubernetes.io/kubelet-serving', '-o', 'name')).split('\n').filter(Boolean)
      await until('the kubelet has asked', 60, async () => (await asked()).length > 0)
      await kubectl('certificate', 'approve', ...(await asked()).map((name) => name.split('/')[1]!))
      await until('it is signed', 60, async () => await unsigned() === undefined)
    } finally {
      await become(kubelets)
      await leave()
    }
    assert.deepEqual(await joining.left(), [])
  })

  it('continues after kill -9, and removes what a cut one has left', async () => {
    for (let cut = 1, wasCut = true; wasCut; cut += stride) {
      wasCut = (await joining.join(await newToken(), cut)).code !== 0
      // A join that was cut is continued, or removed as it is: each at every other place.
      if (cut % 2 === 0) {
        const { code, stderr } = await joining.join(await newToken())
        assert.equal(code, 0, `cut at ${cut}: ${stderr}`)
      }
      await leave()
      assert.deepEqual(await joining.left(), [], `cut at ${cut}`)
    }
  })
})
