/**
 * Stands for the platform's program where there are no hosts: the real namespaces and admission policies of `index.ts` with its outputs for stacks
 * of tenants; no tunnel, no worker, no volume, and no look at hosts.
 */
import { readFileSync } from 'node:fs'
import * as pulumi from '@pulumi/pulumi'
import { createPlatform } from '../../apps/apps.ts'
import { ownFields } from '../../components/field-manager.ts'
import { platformNamespaces } from '../../components/tenant-isolation/names.ts'
import { TenantAdmission } from '../../components/tenant-isolation/tenant-admission.ts'
import { PlacementAdmission } from '../../components/tenant-placement/placement-admission.ts'
import { placementAdmissionOptions, surroundings } from '../../config/arguments.ts'
import { check, describe } from '../../config/check.ts'
import { annexOptions, stackOptions } from '../../config/stack-options.ts'

const file = `Pulumi.${pulumi.getStack()}.yaml`
const { config, faults } = check(annexOptions(stackOptions(readFileSync(file, 'utf8')).options))
if (config === undefined) throw new pulumi.RunError(describe(faults, file))

pulumi.runtime.registerResourceTransform(ownFields)

createPlatform({ namespaces: platformNamespaces, protect: true })
const admission = new TenantAdmission('tenant-admission', { mutating: true, pullAll: false })
new PlacementAdmission('placement-admission', { ...placementAdmissionOptions(config)!, api: { mutating: true, validating: true } })

/** As in index.ts. */
export const tenantSurroundings = surroundings(config)
export const boundedByAdmission = admission.bounded
