/** Whether the test application has a tenant, which may have its image, and its claim a place there: else it would not run. Works on raw input, any part of which may be missing or of another shape. */
import { containerLimits } from '../apps/render.ts'
import { bytes } from '../components/local-storage/render.ts'
import { amount } from '../components/tenant-isolation/quantity.ts'
import { nodePools, nodePoolOf } from '../components/tenant-placement/node-pools.ts'
import { partsOf, withRegistry } from '../policies/rules/supply/image.ts'
import { type Fault, list, named, show, valid } from './fault.ts'
import { defaultClaim, defaultQuota } from './schema.ts'

interface RawTenant { name?: string; quota?: { cpu?: string; memory?: string; storage?: string }; limits?: { cpu?: string; memory?: string; claim?: string }; registries?: { name?: string }[]; dedicatedNodes?: string[] }
interface RawWorker { name?: string; storage?: { volumes?: ({ size?: string } | undefined)[] } }
interface Raw { testApplication?: { tenant?: string; image?: string; storage?: string }; tenants?: (RawTenant | undefined)[]; workers?: (RawWorker | undefined)[] }

export function testApplicationFaults(raw: Raw): Fault[] {
  const name = raw?.testApplication?.tenant
  if (!name) return []
  const tenant = list(raw.tenants).find((it) => it?.name === name)
  if (tenant === undefined) {
    return [{ path: 'annex:testApplication.tenant', seen: show(name), message: `is none of annex:tenants (${named(list(raw.tenants).map((it) => it?.name))}): name one of them` }]
  }
  return [...imageFaults(tenant, raw), ...roomFaults(tenant), ...claimFaults(tenant, raw)]
}

function imageFaults(tenant: RawTenant, raw: Raw): Fault[] {
  const image = raw.testApplication?.image
  const { repository } = partsOf(image)
  const allowed = list(tenant.registries).flatMap((it) => (typeof it?.name === 'string' ? it.name : []))
  if (repository === undefined || allowed.length === 0 || allowed.some((registry) => withRegistry(repository).startsWith(`${registry}/`))) return []
  return [{ path: 'annex:testApplication.image', seen: show(image), message: `is from none of the registries of ${tenant.name} (${named(allowed)}), whose pods would be refused: use an image from there, or add its registry to the tenant` }]
}

function roomFaults({ name, limits, quota }: RawTenant): Fault[] {
  return (['cpu', 'memory'] as const).flatMap((resource) => {
    const limit = limits?.[resource]
    const [most, needed] = [limit ?? quota?.[resource] ?? defaultQuota[resource], containerLimits[resource]]
    if (!valid(() => amount(most)) || amount(most) >= amount(needed)) return []
    return [{ path: 'annex:testApplication.tenant', seen: show(name), message: `has no room for the application's pod: ${limit === undefined ? 'quota' : 'limits'}.${resource} is ${most}, and it takes ${needed}: raise that, or name another tenant` }]
  })
}

function claimFaults(tenant: RawTenant, raw: Raw): Fault[] {
  const storage = raw.testApplication?.storage
  const claim = storage ?? defaultClaim
  const limit = tenant.limits?.claim
  const most = limit ?? tenant.quota?.storage ?? defaultQuota.storage
  const nodes = nodesOf(tenant, raw)
  const volumes = nodes.flatMap((it) => list(it?.storage?.volumes)).map((it) => it?.size ?? '')
  if (!valid(() => [claim, most, ...volumes].map(bytes))) return []
  const fault = (message: string): Fault[] => [{ path: 'annex:testApplication.storage', seen: show(storage), message }]
  if (bytes(claim) > bytes(most)) return fault(`is more than ${limit === undefined ? 'quota.storage' : 'limits.claim'} of ${tenant.name} allows (${most}): lower it, or raise that`)
  // A tenant without nodes among the workers is told of by itself.
  if (nodes.length === 0 && list(raw.workers).length > 0) return []
  if (volumes.some((size) => bytes(size) >= bytes(claim))) return []
  return fault(`is more than any volume for ${tenant.name} has (${volumes.join(', ') || 'there are none'}): lower it, or give one of its workers such a volume (storage.volumes)`)
}

function nodesOf(tenant: RawTenant, raw: Raw): (RawWorker | undefined)[] {
  const nameOf = (it: { name?: string } | undefined) => (typeof it?.name === 'string' ? it.name : '')
  const pooled = (it: RawTenant | undefined) => ({ name: nameOf(it), dedicatedNodes: list(it?.dedicatedNodes) })
  const workers = list(raw.workers)
  const pools = nodePools(workers.map(nameOf), list(raw.tenants).map(pooled))
  return workers.filter((it) => pools[nameOf(it)] === nodePoolOf(pooled(tenant)))
}
