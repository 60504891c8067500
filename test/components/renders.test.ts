import assert from 'node:assert/strict'
import { renderPersistentVolume, renderStorageClass, renderVolumes } from '../../components/local-storage/render.ts'
import { renderAgent, renderAgents } from '../../components/local-storage/render-agent.ts'
import { podSecurityLabels, renderTenant } from '../../components/tenant-isolation/render.ts'
import { renderJoin, renderWorkerHost } from '../../components/vps-worker/render.ts'
import { cloudRoutes, renderGateway, renderGatewayPeer, renderWorker } from '../../components/wireguard-tunnel/render.ts'
import { storageArgs, tenantArgs, tunnelArgs, workerArgs } from '../../config/arguments.ts'
import type { Settings } from '../../config/config.ts'
import { parseDocument } from '../../host/document.ts'
import { matchesGolden } from '../golden.ts'
import { bareHosts, settingsOf } from '../settings.ts'

/** A WireGuard key that looks like one and tells whose it is. */
function publicKey(name: string): string {
  return Buffer.from(name.padEnd(32)).toString('base64')
}

/** Everything that the stack writes to hosts and to the cluster, but for the applications. */
function rendered(settings: Settings) {
  const found = bareHosts(settings)
  const tunnel = tunnelArgs(settings, found)
  const network = { nodeAddress: settings.workers[0]!.tunnelAddress, interface: 'wg0', ready: [] }
  const worker = workerArgs(settings, settings.workers[0]!, { network: () => network }, { mounted: {} }, found, [])
  const peers = tunnel.workers.map(({ name, tunnelAddress, address, listenPort }) => ({ name, tunnelAddress, publicKey: publicKey(name), endpoint: `${address}:${listenPort}` }))
  const ends = tunnel.gateways.map(({ name, tunnelAddress, address, port }) => ({ name, tunnelAddress, publicKey: publicKey(name), endpoint: `${address}:${port}` }))
  const storage = storageArgs(settings, found)
  const tenant = settings.tenants[0]!
  return {
    cloudRoutes: cloudRoutes(tunnel.options.ranges, tunnel.gateways),
    gateway: [renderGateway(tunnel.gateways[0]!, tunnel.options), ...peers.map(renderGatewayPeer)],
    worker: [
      renderWorker(tunnel.workers[0]!, ends, tunnel.options),
      renderVolumes('vps-worker-1', storage.hosts[0]!.pool, storage.hosts[0]!.volumes),
      renderWorkerHost({ ...worker, ...worker.options, interface: 'wg0' }),
      renderJoin({ ...worker, ...worker.cluster, ...worker.options, nodeAddress: network.nodeAddress }),
    ],
    storage: [renderStorageClass(), ...storage.hosts[0]!.volumes.map((volume) => renderPersistentVolume('test', 'vps-worker-1', volume))],
    volumeAgents: { ...renderAgents(podSecurityLabels('restricted')), ...renderAgent('vps-worker-1', storage.hosts[0]!.volumes.map(({ name }) => name)) },
    tenant: renderTenant(tenant, tenantArgs(settings, tenant).surroundings),
  }
}

describe('what the stack writes', () => {
  for (const stack of ['dev', 'prod']) {
    it(`changes in the ${stack} stack only with its golden`, () => {
      matchesGolden(rendered(settingsOf(`Pulumi.${stack}.yaml`)), `components/goldens/${stack}.golden.json`)
    })
  }

  it('is a document that the host engine accepts', () => {
    for (const stack of ['dev', 'prod']) {
      const { gateway, worker } = rendered(settingsOf(`Pulumi.${stack}.yaml`))
      for (const document of [...gateway, ...worker]) parseDocument(document)
    }
  })

  it('holds in production nothing that only the lab needs', () => {
    const [dev, prod] = ['dev', 'prod'].map((stack) => JSON.stringify(rendered(settingsOf(`Pulumi.${stack}.yaml`))))
    for (const word of ['restrict_oom_score_adj', 'failCgroupV1', 'SystemVerification', '198.51.100.5']) {
      assert.ok(dev!.includes(word), `${word} is not in the dev stack either`)
      assert.ok(!prod!.includes(word), word)
    }
  })
})
