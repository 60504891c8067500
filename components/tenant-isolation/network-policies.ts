/** Who may talk with a tenant's pods, and with whom they may talk. */
import { alwaysClosed, openEgress } from './egress.ts'
import { namespaceLabel, ownLabels, platformNamespaces } from './names.ts'
import { namespacesOf, type Surroundings, type TenantSpec } from './tenant.ts'

/**
 * Nothing in and nothing out, but: pods of the same tenant, the platform's namespaces, the cluster's DNS and the listed egress.
 * IPv6 stays closed: no rule opens a range of it.
 */
export function renderNetworkPolicies(tenant: TenantSpec, namespace: string, { closed, nodeLocalDns }: Surroundings) {
  const policy = (name: string, spec: object) =>
    ({ metadata: { name, namespace, labels: ownLabels(tenant.name, 'network-policy') }, spec: { podSelector: {}, ...spec } })
  const bothWays = (name: string, peers: object[]) => policy(name, { policyTypes: ['Ingress', 'Egress'], ingress: [{ from: peers }], egress: [{ to: peers }] })
  const blocks = openEgress(tenant.egress, [...closed, ...alwaysClosed.map(({ range }) => range)])
  return [
    policy('default-deny', { policyTypes: ['Ingress', 'Egress'] }),
    bothWays('allow-same-tenant', [namespaces(namespacesOf(tenant).map(({ name }) => name))]),
    bothWays('allow-platform', [namespaces(platformNamespaces)]),
    policy('allow-dns', { policyTypes: ['Egress'], egress: [{ to: dns(nodeLocalDns), ports: ['UDP', 'TCP'].map((protocol) => ({ protocol, port: 53 })) }] }),
    ...(blocks.length === 0 ? [] : [policy('allow-egress', { policyTypes: ['Egress'], egress: [{ to: blocks.map((ipBlock) => ({ ipBlock })) }] })]),
  ]
}

function namespaces(values: string[]) {
  return { namespaceSelector: { matchExpressions: [{ key: namespaceLabel, operator: 'In', values }] } }
}

/** CoreDNS by its pods; a cache on the nodes uses the host's network, where only its address can be named. */
function dns(nodeLocal: string[]) {
  return [
    { namespaceSelector: { matchLabels: { [namespaceLabel]: 'kube-system' } }, podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } } },
    ...nodeLocal.map((address) => ({ ipBlock: { cidr: `${address}/32` } })),
  ]
}
