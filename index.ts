import * as pulumi from '@pulumi/pulumi'
import { createPlatform, createTestApplication } from './apps/apps.ts'
import { ownFields } from './components/field-manager.ts'
import { LocalStorage } from './components/local-storage/local-storage.ts'
import { VolumeAgents } from './components/local-storage/volume-agents.ts'
import { TenantAdmission } from './components/tenant-isolation/tenant-admission.ts'
import { TenantIsolation } from './components/tenant-isolation/tenant-isolation.ts'
import { nodePoolOf, nodePoolPlacement } from './components/tenant-placement/node-pools.ts'
import { PlacementAdmission } from './components/tenant-placement/placement-admission.ts'
import { TenantPlacement } from './components/tenant-placement/tenant-placement.ts'
import { VpsWorker } from './components/vps-worker/vps-worker.ts'
import { WireGuardTunnel } from './components/wireguard-tunnel/wireguard-tunnel.ts'
import { placementAdmissionArgs, platformArgs, storageArgs, surroundings, tenantAdmissionArgs, tenantArgs, tunnelArgs, volumeAgentsArgs, workerArgs } from './config/arguments.ts'
import { readSettings } from './config/config.ts'
import { NodeOutOfService } from './host/engine.ts'
import { inspect } from './preflight/inspect.ts'

const settings = readSettings()
const found = await inspect(settings)

pulumi.runtime.registerResourceTransform(ownFields)

const tunnel = new WireGuardTunnel('tunnel', tunnelArgs(settings, found))
const storage = new LocalStorage('local-storage-vps', storageArgs(settings, found))
const workers = createWorkers()
const platform = createPlatform(platformArgs(settings, found))
const tenantAdmission = new TenantAdmission('tenant-admission', tenantAdmissionArgs(settings, found))
const placementAdmission = createPlacementAdmission()
const volumeAgents = createVolumeAgents()
const tenants = createTenants()
startTestApplication()
letGoOfLostNodes()

/** Entries that the cloud's route table needs. */
export const cloudRoutes = tunnel.cloudRoutes
/** Nodes that this stack joined. */
export const nodes = workers.map(({ nodeName }) => nodeName)
/** Namespaces of the tenants. */
export const tenantNamespaces = tenants.flatMap(({ isolation }) => isolation.namespaces)
/** Class for the tenants' volumes. */
export const storageClass: pulumi.Input<string> = storage.storageClassName
/** By node: what its volumes may take together, and what they take. */
export const storageCapacity = storage.capacity
/** For the stacks with further tenants (tenants/): what surrounds them here. */
export const tenantSurroundings = surroundings(settings)
/** For the policies over those stacks: kinds that the admission policies of this one judge. */
export const boundedByAdmission = tenantAdmission.bounded

/** Side by side, but for upgrades. */
function createWorkers(): VpsWorker[] {
  const made: VpsWorker[] = []
  for (const worker of settings.workers) made.push(new VpsWorker(worker.name, workerArgs(settings, worker, tunnel, storage, found, made)))
  return made
}

function createPlacementAdmission(): PlacementAdmission[] {
  const args = placementAdmissionArgs(settings, found)
  return args === undefined ? [] : [new PlacementAdmission('placement-admission', args, { dependsOn: joined() })]
}

function createVolumeAgents(): VolumeAgents {
  return new VolumeAgents('volume-agents', volumeAgentsArgs(settings), { dependsOn: [...joined(), ...placementAdmission] })
}

/** After what they use, so that they are deleted before it: with a claim still there, its volume could not be deleted, nor its pods ended without a node. */
function createTenants(): { name: string; isolation: TenantIsolation; placement: TenantPlacement }[] {
  const dependsOn = [tenantAdmission, storage, ...joined(), ...placementAdmission]
  return settings.tenants.map((tenant) => ({
    name: tenant.name,
    isolation: new TenantIsolation(tenant.name, tenantArgs(settings, tenant), { dependsOn }),
    placement: new TenantPlacement(tenant.name, { placement: nodePoolPlacement(nodePoolOf(tenant)) }),
  }))
}

function startTestApplication(): void {
  const { testApplication } = settings
  if (testApplication === undefined) return
  const { isolation, placement } = tenants.find(({ name }) => name === testApplication.tenant)!
  createTestApplication(testApplication, { parent: placement, dependsOn: [...isolation.ready, ...platform] })
}

/** After all that has pods, so that it is deleted first: a tenant on a node that is gone could not be deleted. */
function letGoOfLostNodes(): void {
  const dependsOn = [volumeAgents, ...tenants.flatMap(({ isolation, placement }) => [isolation, placement])]
  for (const { nodeName } of workers) new NodeOutOfService(`${nodeName}-out-of-service`, { nodeName, context: settings.context }, { dependsOn })
}

function joined(): pulumi.Resource[] {
  return workers.flatMap(({ ready }) => ready)
}
