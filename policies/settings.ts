/** What the rules of this project are measured against. Reviewed in the pull request that changes it. */
export interface Settings {
  /** Minor version of Kubernetes 1 whose Pod Security controls apply. */
  kubernetesMinor: number
  /** Registries that images may come from, as in `registry.example:5000` or `ghcr.io/our-team`. Empty: any. */
  registries: readonly string[]
  /** Domains that Ingress and Gateway hosts may lie in. Empty: any. */
  domains: readonly string[]
  /** Namespaces of the platform: what runs there is not placed on tenant nodes, and may be trusted with more. */
  platformNamespaces: readonly string[]
}

export const settings: Settings = {
  kubernetesMinor: 36,
  registries: [],
  domains: [],
  platformNamespaces: ['paas-system', 'paas-operators', 'annex-volumes', 'kube-system', 'kube-public', 'kube-node-lease', 'kube-flannel'],
}
