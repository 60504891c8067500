import * as pulumi from '@pulumi/pulumi'
import { ownFields } from './components/field-manager.ts'
import { surroundings } from './config/arguments.ts'
import { readSettings } from './config/config.ts'
import { inspect } from './preflight/inspect.ts'
import { createStack } from './stack.ts'

const settings = readSettings()
const found = await inspect(settings)

pulumi.runtime.registerResourceTransform(ownFields)

const { tunnel, storage, workers, tenantAdmission, tenants } = createStack(settings, found)

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
