import * as pulumi from '@pulumi/pulumi'
import { ownFields } from '../components/field-manager.ts'
import { PlatformReference } from '../components/tenant-isolation/platform-reference.ts'
import { tenantsOfNamespaces } from '../components/tenant-isolation/tenant.ts'
import { TenantIsolation } from '../components/tenant-isolation/tenant-isolation.ts'
import { nodePoolOf, nodePoolPlacement } from '../components/tenant-placement/node-pools.ts'
import { TenantPlacement } from '../components/tenant-placement/tenant-placement.ts'
import { readPlatform, readTenantStack } from '../config/tenant-stack.ts'
import { inspectTenants } from '../preflight/inspect-tenants.ts'

const { context, stack, base, tenants } = readTenantStack()
const wanted = tenantsOfNamespaces(tenants)
const [platform] = await Promise.all([readPlatform(base), inspectTenants({ context, stack, wanted })])

pulumi.runtime.registerResourceTransform(ownFields)

new PlatformReference(base, { boundedByAdmission: platform.boundedByAdmission })

for (const tenant of tenants) {
  new TenantIsolation(tenant.name, { ...tenant, surroundings: platform.tenantSurroundings })
  // Parent of the tenant's applications, which then run on its nodes.
  new TenantPlacement(tenant.name, { placement: nodePoolPlacement(nodePoolOf(tenant)) })
}

/** Namespaces of the tenants. */
export const tenantNamespaces = Object.keys(wanted)
