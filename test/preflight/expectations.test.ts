import assert from 'node:assert/strict'
import { probes } from '../../preflight/expectations.ts'
import { settingsOf } from '../settings.ts'

describe('what a look at a gateway tries', () => {
  const settings = settingsOf('Pulumi.dev.yaml')
  const [first] = settings.tunnel.gateways
  const second = { ...first!, name: 'gateway-2', tunnelAddress: '10.100.0.2' }
  const both = { ...settings, tunnel: { ...settings.tunnel, gateways: [first!, second] } }
  const to = settings.cluster.apiServer

  it('is the API server, of the first also from its tunnel address, which the cloud routes to no other', () => {
    assert.deepEqual(probes(both, first!.name).dial, [{ to }, { to, from: first!.tunnelAddress }])
    assert.deepEqual(probes(both, 'gateway-2').dial, [{ to }])
  })
})
