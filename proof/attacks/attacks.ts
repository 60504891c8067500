/** All attacks that need nothing but kubectl. */
import type { Attack } from './attack.ts'
import { controlPlane } from './control-plane.ts'
import { data } from './data.ts'
import { fairness } from './fairness.ts'
import { host } from './host.ts'
import { identity } from './identity.ts'
import { network } from './network.ts'
import { selfService } from './self-service.ts'
import { tenantIsolation } from './tenant.ts'

export const attacks: readonly Attack[] = [...controlPlane, ...tenantIsolation, ...host, ...network, ...identity, ...data, ...fairness, ...selfService]
