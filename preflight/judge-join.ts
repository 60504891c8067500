/** Whether the cluster lets machines in by `kubeadm join`, from what it publishes for that. */

/** kubeadm takes the address from what it discovers, and only the kubelet is told the configured one, after the join. */
export function serverWarnings(own: string | undefined, configured: string): string[] {
  if (own === undefined || own === configured.toLowerCase()) return []
  return [`the cluster names itself ${own} (in kube-public/cluster-info), and "kubeadm join" dials that beside annex:cluster.apiServer = ${configured}: each worker must find it by DNS and reach it through the tunnel, or its join ends in a time-out`]
}

/** @param missing what the join reads and the cluster has not, as namespace/name */
export function judgeJoins(missing: string[]): string[] {
  if (missing.length === 0) return []
  return [`the cluster has no ${missing.join(', no ')}, which "kubeadm join" reads: other machines join it in another way, or not at all. Ask its provider; where kubeadm has made the cluster: kubeadm init phase upload-config all; kubeadm init phase bootstrap-token`]
}
