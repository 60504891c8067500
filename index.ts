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
import { placementAdmissionOptions, storageArgs, surroundings, tenantAdmissionArgs, tenantArgs, tunnelArgs, volumeAgentsArgs, workerArgs } from './config/arguments.ts'
import { readSettings } from './config/config.ts'
import { NodeOutOfService } from './host/engine.ts'
import { inspect } from './preflight/inspect.ts'

const settings = readSettings()
const placementRules = placementAdmissionOptions(settings)
const found = await inspect(settings)

pulumi.runtime.registerResourceTransform(ownFields)

const tunnel = new WireGuardTunnel('tunnel', tunnelArgs(settings, found))

const storage = new LocalStorage('local-storage-vps', storageArgs(settings, found))

const workers: VpsWorker[] = []
for (const worker of settings.workers) workers.push(new VpsWorker(worker.name, workerArgs(settings, worker, tunnel, storage, found, workers)))

// Tenants in stacks of their own have their volumes on these workers; and what all of them use is there as long as one of them is protected.
const platform = createPlatform(found.platformNamespaces, settings.iamService, settings.stacked.length > 0 || settings.tenants.some(({ protect }) => protect))

const admission = new TenantAdmission('tenant-admission', tenantAdmissionArgs(settings, found))

// Tenants go before what they use: with a claim still there, its volume could not be deleted, nor its pods ended without a node.
const joined = workers.flatMap(({ ready }) => ready)
const placed = placementRules && found.admissionApi ? [new PlacementAdmission('placement-admission', { ...placementRules, api: found.admissionApi }, { dependsOn: joined })] : []
const volumeAgents = new VolumeAgents('volume-agents', volumeAgentsArgs(settings), { dependsOn: [...joined, ...placed] })
const capacity = [storage, ...joined, ...placed]
const tenants = settings.tenants.map((tenant) => {
  const isolation = new TenantIsolation(tenant.name, tenantArgs(settings, tenant), { dependsOn: [admission, ...capacity] })
  const placement = new TenantPlacement(tenant.name, { placement: nodePoolPlacement(nodePoolOf(tenant)) })
  return { name: tenant.name, isolation, placement }
})

const { testApplication } = settings
if (testApplication) {
  const { isolation, placement } = tenants.find(({ name }) => name === testApplication.tenant)!
  const dependsOn = [...isolation.ready, ...platform]
  createTestApplication(testApplication, { parent: placement, dependsOn })
}

// Deleted first: a tenant on a node that is gone could not be deleted.
const pods = [volumeAgents, ...tenants.flatMap(({ isolation, placement }) => [isolation, placement])]
for (const { nodeName } of workers) new NodeOutOfService(`${nodeName}-out-of-service`, { nodeName, context: settings.context }, { dependsOn: pods })

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
/** For the stacks with further tenants (tenants/): what surrounds them here, and what the admission policies judge, for the policies of Pulumi. */
export const tenantSurroundings = surroundings(settings)
export const boundedByAdmission = admission.bounded
