import * as pulumi from '@pulumi/pulumi'
import { createPlatform, createTestApplication } from './apps/apps.ts'
import { LocalStorage } from './components/local-storage/local-storage.ts'
import { VolumeAgents } from './components/local-storage/volume-agents.ts'
import { TenantAdmission } from './components/tenant-isolation/tenant-admission.ts'
import { TenantIsolation } from './components/tenant-isolation/tenant-isolation.ts'
import { nodePoolOf, nodePoolPlacement } from './components/tenant-placement/node-pools.ts'
import { PlacementAdmission } from './components/tenant-placement/placement-admission.ts'
import { TenantPlacement } from './components/tenant-placement/tenant-placement.ts'
import { VpsWorker } from './components/vps-worker/vps-worker.ts'
import { WireGuardTunnel } from './components/wireguard-tunnel/wireguard-tunnel.ts'
import { placementAdmissionArgs, platformArgs, storageArgs, tenantAdmissionArgs, tenantArgs, tunnelArgs, volumeAgentsArgs, workerArgs } from './config/arguments.ts'
import type { Settings } from './config/config.ts'
import { NodeOutOfService } from './host/engine.ts'
import type { Inspection } from './preflight/inspect.ts'

interface CreatedTenant { name: string; isolation: TenantIsolation; placement: TenantPlacement }

/** All that is in the stack. What must be there first is given to what needs it; the other way round it is taken away. */
export function createStack(settings: Settings, found: Inspection) {
  const tunnel = new WireGuardTunnel('tunnel', tunnelArgs(settings, found))
  const storage = new LocalStorage('local-storage-vps', storageArgs(settings, found))
  const workers = createWorkers(settings, found, tunnel, storage)
  const joined = workers.flatMap(({ ready }) => ready)
  const platform = createPlatform(platformArgs(settings, found))
  const tenantAdmission = new TenantAdmission('tenant-admission', tenantAdmissionArgs(settings, found))
  const placementAdmission = createPlacementAdmission(settings, found, joined)
  const volumeAgents = new VolumeAgents('volume-agents', volumeAgentsArgs(settings), { dependsOn: [...joined, ...placementAdmission] })
  const tenants = createTenants(settings, [tenantAdmission, storage, ...joined, ...placementAdmission])
  startTestApplication(settings, tenants, platform)
  letGoOfLostNodes(settings, workers, [volumeAgents, ...tenants.flatMap(({ isolation, placement }) => [isolation, placement])])
  return { tunnel, storage, workers, tenantAdmission, tenants }
}

/** Side by side, but for upgrades. */
function createWorkers(settings: Settings, found: Inspection, tunnel: WireGuardTunnel, storage: LocalStorage): VpsWorker[] {
  const made: VpsWorker[] = []
  for (const worker of settings.workers) made.push(new VpsWorker(worker.name, workerArgs(settings, worker, tunnel, storage, found, made)))
  return made
}

function createPlacementAdmission(settings: Settings, found: Inspection, dependsOn: pulumi.Resource[]): PlacementAdmission[] {
  const args = placementAdmissionArgs(settings, found)
  return args === undefined ? [] : [new PlacementAdmission('placement-admission', args, { dependsOn })]
}

/** After what they use, so that they are deleted before it: with a claim still there, its volume could not be deleted, nor its pods ended without a node. */
function createTenants(settings: Settings, dependsOn: pulumi.Resource[]): CreatedTenant[] {
  return settings.tenants.map((tenant) => ({
    name: tenant.name,
    isolation: new TenantIsolation(tenant.name, tenantArgs(settings, tenant), { dependsOn }),
    placement: new TenantPlacement(tenant.name, { placement: nodePoolPlacement(nodePoolOf(tenant)) }),
  }))
}

function startTestApplication({ testApplication }: Settings, tenants: CreatedTenant[], platform: pulumi.Resource[]): void {
  if (testApplication === undefined) return
  const { isolation, placement } = tenants.find(({ name }) => name === testApplication.tenant)!
  createTestApplication(testApplication, { parent: placement, dependsOn: [...isolation.ready, ...platform] })
}

/** After all that has pods, so that it is deleted first: a tenant on a node that is gone could not be deleted. */
function letGoOfLostNodes({ context }: Settings, workers: VpsWorker[], dependsOn: pulumi.Resource[]): void {
  for (const { nodeName } of workers) new NodeOutOfService(`${nodeName}-out-of-service`, { nodeName, context }, { dependsOn })
}
