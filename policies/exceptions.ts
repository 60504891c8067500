/**
 * One resource that may break one rule for a while. Every entry is seen in each preview and update, and reviewed in the
 * pull request that adds it.
 */
export interface Exception {
  /** The rule's id. */
  rule: string
  /**
   * Type and name as at the end of the URN, for example `kubernetes:apps/v1:DaemonSet::kube-flannel`; of an object in a YAML file
   * with its namespace, as in `kubernetes:apps/v1:DaemonSet::kube-flannel/kube-flannel`. No patterns.
   */
  resource: string
  /** Why there is no other way. */
  reason: string
  /** Last day on which it holds, YYYY-MM-DD (UTC). What is no date has expired. */
  expires: string
}

const binding = 'kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicyBinding'

/** The exceptions of this project. */
export const exceptions: readonly Exception[] = [
  {
    rule: 'admission-enforced',
    resource: `${binding}::annex-tenant-templates-validates-binding`,
    reason: 'A template runs nothing: whoever writes one is warned, and its pods are placed or refused by the policy on pods.',
    expires: '2027-11-30',
  },
  {
    rule: 'admission-enforced',
    resource: `${binding}::annex-tenant-taint-system-validates-binding`,
    reason: 'In the namespaces of the cloud\'s own system nothing is ever refused, or the cluster could break; what tolerates the tenant taint there is audited.',
    expires: '2027-11-30',
  },
  {
    rule: 'admission-fail-closed',
    resource: 'kubernetes:admissionregistration.k8s.io/v1:MutatingAdmissionPolicyBinding::annex-tenant-claim-default-class-default',
    reason: 'In a cluster without storage classes there is no default class to replace; what else a claim may name is held by a policy that fails closed.',
    expires: '2027-11-30',
  },
]
