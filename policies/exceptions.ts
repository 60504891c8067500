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

/** The exceptions of this project. annex itself needs none. */
export const exceptions: readonly Exception[] = []
