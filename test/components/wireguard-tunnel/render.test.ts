import assert from 'node:assert/strict'
import { cloudRoutes, renderWorker } from '../../../components/wireguard-tunnel/render.ts'

const ranges = { tunnel: '10.100.0.0/24', nodes: ['10.10.0.0/24'], pods: ['10.244.0.0/16'], services: ['10.96.0.0/16'] }

describe('a tunnel with two gateways', () => {
  it('leads to the cloud by the first, to the second itself alone, and keeps the way to both open', () => {
    const gateways = [1, 2].map((i) => ({ name: `gateway-${i}`, tunnelAddress: `10.100.0.${i}`, publicKey: `key-${i}`, endpoint: `198.51.100.${i}:51820` }))
    const { items } = renderWorker({ tunnelAddress: '10.100.0.11' }, gateways, { ranges, mtu: 1420 })
    assert.deepEqual(items.find((it) => it.kind === 'interface')!.peers, [
      { name: 'gateway-1', publicKey: 'key-1', endpoint: '198.51.100.1:51820', allowedIps: ['10.100.0.0/24', '10.10.0.0/24', '10.244.0.0/16', '10.96.0.0/16'], keepalive: 25 },
      { name: 'gateway-2', publicKey: 'key-2', endpoint: '198.51.100.2:51820', allowedIps: ['10.100.0.2/32'], keepalive: 25 },
    ])
  })

  it('has one route in the cloud, to the first', () => {
    assert.deepEqual(cloudRoutes(ranges, [{ cloudAddress: '10.10.0.2' }, { cloudAddress: '10.10.0.3' }]), [{ range: '10.100.0.0/24', nextHop: '10.10.0.2' }])
  })
})
