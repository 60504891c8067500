import assert from 'node:assert/strict'
import * as pulumi from '@pulumi/pulumi'
import { createPlatform, createTestApplication } from '../../apps/apps.ts'
import { LocalStorage } from '../../components/local-storage/local-storage.ts'
import { TenantIsolation } from '../../components/tenant-isolation/tenant-isolation.ts'
import { VpsWorker } from '../../components/vps-worker/vps-worker.ts'
import { WireGuardTunnel } from '../../components/wireguard-tunnel/wireguard-tunnel.ts'
import { storageArgs, tunnelArgs, workerArgs } from '../../config/arguments.ts'
import type { Resource } from '../../policies/rule.ts'
import { settingsOf } from '../settings.ts'
import { evaluateAll, resource } from './resource.ts'

describe('policies on annex itself', () => {
  for (const file of ['Pulumi.dev.yaml', 'Pulumi.prod.yaml']) {
    it(`finds nothing in the stack of ${file}`, async () => {
      const resources = await registered(() => stack(file))
      const types = new Set(resources.map(({ type }) => type))
      for (const type of [
        'command:remote:Command',
        'kubernetes:core/v1:Namespace',
        'kubernetes:core/v1:PersistentVolume',
      ]) {
        assert.ok(types.has(type), `${type} is not among ${[...types].join(', ')}`)
      }
      assert.deepEqual(
        resources.flatMap((it) => evaluateAll(it)).map(({ rule, message }) => `${rule.id}: ${message}`),
        [],
      )
    })
  }
})

/** What `index.ts` makes of a stack file, without hosts, a cluster, or placement, which adds no resource. */
function stack(file: string): void {
  const settings = settingsOf(file)
  const found = { caCertHash: `sha256:${'0'.repeat(64)}`, bootstrapTokens: {} }
  const tunnel = new WireGuardTunnel('tunnel', tunnelArgs(settings))
  const storage = new LocalStorage('local-storage-vps', storageArgs(settings, tunnel))
  for (const worker of settings.workers) {
    new VpsWorker(worker.name, workerArgs(settings, worker, tunnel.network(worker.name), found), {
      dependsOn: storage.mounted[worker.name],
    })
  }
  createPlatform(settings.iamService)
  for (const tenant of settings.tenants) {
    new TenantIsolation(tenant.name, tenant)
    if (settings.testApplication?.tenant === tenant.name) createTestApplication(settings.testApplication, {})
  }
}

/** The resources that a program registers, with their inputs, as the pack gets them. */
async function registered(program: () => void): Promise<Resource[]> {
  const resources: Resource[] = []
  const result = {
    section: 'test',
    changed: [],
    unchanged: [],
    outputs: { publicKey: Buffer.alloc(32).toString('base64') },
  }
  await pulumi.runtime.setMocks({
    call: ({ inputs }) => inputs,
    newResource: ({ type, name, inputs }) => {
      resources.push(resource(type, withoutSecrets(inputs), name))
      return { id: name, state: { ...inputs, stdout: JSON.stringify(result) } }
    },
  })
  program()
  await pulumi.runtime.disconnect()
  return resources
}

/** CrossGuard unwraps secrets. */
function withoutSecrets(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(withoutSecrets)
  if (pulumi.runtime.specialSigKey in value) return withoutSecrets((value as { value?: unknown }).value)
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, withoutSecrets(field)]))
}
