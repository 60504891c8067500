import { createPlatform, createTestApplication } from '../apps/apps.ts'
import { LocalStorage } from '../components/local-storage/local-storage.ts'
import { VolumeAgents } from '../components/local-storage/volume-agents.ts'
import { TenantAdmission } from '../components/tenant-isolation/tenant-admission.ts'
import { TenantIsolation } from '../components/tenant-isolation/tenant-isolation.ts'
import { PlacementAdmission } from '../components/tenant-placement/placement-admission.ts'
import { VpsWorker } from '../components/vps-worker/vps-worker.ts'
import { WireGuardTunnel } from '../components/wireguard-tunnel/wireguard-tunnel.ts'
import { placementAdmissionArgs, platformArgs, storageArgs, tenantAdmissionArgs, tenantArgs, tunnelArgs, volumeAgentsArgs, workerArgs } from '../config/arguments.ts'
import { bareHosts, settingsOf } from './settings.ts'

/** What `index.ts` makes of a stack file, but for the preflight, which asks real hosts, and transforms, which mocks do not call. */
export function program(file: string): void {
  const settings = settingsOf(file)
  const found = bareHosts(settings)
  const tunnel = new WireGuardTunnel('tunnel', tunnelArgs(settings, found))
  const storage = new LocalStorage('local-storage-vps', storageArgs(settings, found))
  const workers: VpsWorker[] = []
  for (const worker of settings.workers) workers.push(new VpsWorker(worker.name, workerArgs(settings, worker, tunnel, storage, found, workers)))
  new VolumeAgents('volume-agents', volumeAgentsArgs(settings))
  const admission = placementAdmissionArgs(settings, found)
  if (admission) new PlacementAdmission('placement-admission', admission)
  createPlatform(platformArgs(settings, found))
  new TenantAdmission('tenant-admission', tenantAdmissionArgs(settings, found))
  for (const tenant of settings.tenants) {
    const isolation = new TenantIsolation(tenant.name, tenantArgs(settings, tenant))
    if (settings.testApplication?.tenant === tenant.name) createTestApplication(settings.testApplication, { dependsOn: isolation.ready })
  }
}
