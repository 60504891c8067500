import type { AdmissionRule, MutationRule } from '../rule.ts'
import { claimClassDefault, claimClasses, claimClassOfCluster, claimVolumes } from './claims.ts'
import { ingressHosts, ingressSnippets, podHosts, routeHosts } from './hosts.ts'
import { imageRegistries } from './images.ts'
import { limitsDefault } from './limits.ts'
import { protectedNamespaces } from './namespaces.ts'
import { networkPolicies } from './network-policies.ts'
import { platformObjects } from './platform-objects.ts'
import { podLabels, podPriority } from './pods.ts'
import { type PullAlways, pullPolicy, pullPolicyDefault } from './pull-policy.ts'
import { roleBindings } from './role-bindings.ts'
import { accountTokens } from './secrets.ts'
import { services, serviceTraffic } from './services.ts'

/** What is refused in every tenant's namespaces. */
export function validations(pull: PullAlways): AdmissionRule[] {
  return [
    platformObjects, networkPolicies, roleBindings, imageRegistries, pullPolicy(pull), podPriority, podLabels, podHosts, services,
    ingressHosts, ingressSnippets, routeHosts, accountTokens, claimClasses, claimVolumes, protectedNamespaces,
  ]
}

/** What is filled in there. */
export function mutations(pull: PullAlways): MutationRule[] {
  return [pullPolicyDefault(pull), limitsDefault, serviceTraffic, claimClassDefault, claimClassOfCluster]
}
