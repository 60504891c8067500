import assert from 'node:assert/strict'
import { execa } from 'execa'
import { registryKeys } from '../../../lab/artifacts/keys.ts'
import { inNamespace } from '../../../lab/environment.ts'
import { applyNetwork } from '../../../lab/network.ts'
import { processId } from '../../../lab/processes.ts'
import { setMirrorFault, startServices } from '../../../lab/services.ts'
import { services } from '../../../lab/topology.ts'

const release = `http://${services}/debian/dists/bookworm/InRelease`

describe('the lab\'s package mirror and registry', function () {
  this.timeout(180_000)
  before(async () => {
    await applyNetwork()
    await startServices()
  })
  afterEach(() => setMirrorFault())

  it('are left alone by a second start', async () => {
    const before = ['apt-mirror', 'registry'].map(processId)
    await startServices()
    assert.deepEqual(['apt-mirror', 'registry'].map(processId), before)
    assert.ok(before.every((id) => id !== undefined))
  })

  it('answer a host on the lab\'s internet; the registry proves who it is by the lab\'s CA', async () => {
    const { ca } = await registryKeys(services)
    assert.match(await fetchFromVps(release), /^200 -----BEGIN PGP SIGNED MESSAGE-----/)
    assert.equal(await fetchFromVps(`https://${services}:5000/v2/kube-proxy/tags/list`, ca), '200 {"name":"kube-proxy","tags":["v1.36.3"]}')
    assert.match(await fetchFromVps(`https://${services}:5000/v2/`), /verify the first certificate/)
  })

  it('can be down: a host is refused at once', async () => {
    await setMirrorFault('down')
    assert.match(await fetchFromVps(release), /ECONNREFUSED/)
    await setMirrorFault()
    assert.match(await fetchFromVps(release), /^200 /)
  })

  it('are well again after a start, whatever fault was set', async () => {
    await setMirrorFault('bad-signature')
    assert.match(await fetchFromVps(release), /amd46/)
    await startServices()
    assert.doesNotMatch(await fetchFromVps(release), /amd46/)
  })
})

/** Status and body, or the reason why there is none, as seen from where vps-worker-1 is. */
async function fetchFromVps(url: string, ca = ''): Promise<string> {
  const program = `fetch(process.argv[1]).then(async (answer) => console.log(answer.status, (await answer.text()).trim()), (error) => console.log(error.cause.message))`
  const [command, args] = inNamespace('annex-vps-worker-1', process.execPath, ['-e', program, url])
  return (await execa(command, args, { env: { NODE_EXTRA_CA_CERTS: ca } })).stdout
}
