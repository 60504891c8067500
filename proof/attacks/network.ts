/** Widening default-deny, and catching traffic of others. Benchmark category: network isolation, as far as objects show it. */
import type { Attack } from './attack.ts'
import { httpRoute, ingress, networkPolicy, pod, policySays, rbacSays, send, service } from './objects.ts'

const networkPolicies = { control: 'network-policies', command: send, expected: 'refused', refusal: policySays('network-policies') } as const
const services = { control: 'services', command: send, expected: 'refused', refusal: policySays('services') } as const
const hosts = { control: 'ingress-hosts', command: send, expected: 'refused', refusal: policySays('ingress-hosts') } as const
const routes = { control: 'route-hosts', command: send, expected: 'refused', refusal: policySays('route-hosts'), requires: 'httproutes.gateway.networking.k8s.io' } as const
const name = 'kubernetes.io/metadata.name'
const from = (...peers: object[]) => networkPolicy({ policyTypes: ['Ingress'], ingress: [{ from: peers }] })
const to = (...peers: object[]) => networkPolicy({ policyTypes: ['Egress'], egress: [{ to: peers }] })
const backend = { service: { name: 'attack', port: { number: 80 } } }
const rule = (host?: string) => ({ host, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } })

export const network: Attack[] = [
  { ...networkPolicies, id: 'MTB-1201/from-all', title: 'let everybody in', input: networkPolicy({ policyTypes: ['Ingress'], ingress: [{}] }) },
  { ...networkPolicies, id: 'MTB-1201/to-all', title: 'go out to everywhere', input: networkPolicy({ policyTypes: ['Egress'], egress: [{}] }) },
  { ...networkPolicies, id: 'MTB-1201/from-namespaces', title: 'let every namespace in', input: from({ namespaceSelector: {} }) },
  { ...networkPolicies, id: 'MTB-1201/to-other', title: 'go out to another tenant', input: to({ namespaceSelector: { matchLabels: { [name]: '{other}' } } }) },
  { ...networkPolicies, id: 'MTB-1201/to-some', title: 'hide another tenant behind one’s own', input: to({ namespaceSelector: { matchExpressions: [{ key: name, operator: 'In', values: ['{namespace}', '{other}'] }] } }) },
  { ...networkPolicies, id: 'MTB-1201/to-not-in', title: 'select all namespaces but one', input: to({ namespaceSelector: { matchExpressions: [{ key: name, operator: 'NotIn', values: ['kube-public'] }] } }) },
  { ...networkPolicies, id: 'MTB-1201/from-label', title: 'select namespaces by a label that others have', input: from({ namespaceSelector: { matchLabels: { 'paas-tier': 'tenant' } } }) },
  { ...networkPolicies, id: 'MTB-1201/one-of-two', title: 'hide a wide rule behind a narrow one', input: from({ podSelector: {} }, { namespaceSelector: {} }) },
  { ...networkPolicies, id: 'annex-network/metadata', title: 'go out to the cloud’s metadata address', input: to({ ipBlock: { cidr: '169.254.169.254/32' } }) },
  { ...networkPolicies, id: 'annex-network/internet', title: 'go out to all addresses', input: to({ ipBlock: { cidr: '0.0.0.0/0' } }) },
  { ...networkPolicies, id: 'annex-network/ipv6', title: 'go out to all IPv6 addresses', input: to({ ipBlock: { cidr: '::/0' } }) },

  { ...services, id: 'annex-network/external-ip', title: 'catch the traffic to somebody’s address (CVE-2020-8554)', input: service({ externalIPs: ['198.51.100.77'] }) },
  { ...services, control: 'pod-hosts', refusal: policySays('pod-hosts'), id: 'annex-network/name-of-pod', title: 'have external-dns publish somebody’s name for a pod', input: pod({}, {}, { annotations: { 'external-dns.kubernetes.io/hostname': 'login.example.org' } }) },
  { ...services, id: 'annex-network/external-name', title: 'lead the platform’s gateway to a name of one’s choice', input: service({ type: 'ExternalName', externalName: 'iam-service.paas-system.svc.cluster.local' }) },
  { control: 'role', expected: 'refused', refusal: rbacSays, id: 'annex-network/endpoints', title: 'lead a service to an address of one’s choice (CVE-2021-25740)', command: send, input: { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata: { name: 'attack', namespace: '{namespace}', labels: { 'kubernetes.io/service-name': 'attack' } }, addressType: 'IPv4', endpoints: [{ addresses: ['10.244.9.9'] }], ports: [{ port: 80 }] } },

  { ...hosts, id: 'annex-network/ingress-host', title: 'publish somebody else’s name', input: ingress({ rules: [rule('{strangeHost}')] }) },
  { ...hosts, id: 'annex-network/ingress-suffix', title: 'publish a name that only ends like one’s own', input: ingress({ rules: [rule('evil{host}')] }) },
  { ...hosts, id: 'annex-network/ingress-none', title: 'publish without a name', input: ingress({ rules: [rule()] }) },
  { ...hosts, id: 'annex-network/ingress-default', title: 'take the traffic of every name nobody has', input: ingress({ rules: [rule('{host}')], defaultBackend: backend }) },
  { ...hosts, id: 'annex-network/ingress-tls', title: 'take the certificate of somebody else’s name', input: ingress({ rules: [rule('{host}')], tls: [{ hosts: ['{strangeHost}'], secretName: 'attack' }] }) },
  { control: 'ingress-snippets', expected: 'refused', refusal: policySays('ingress-snippets'), command: send, id: 'annex-network/ingress-snippet', title: 'write into the shared proxy’s configuration (CVE-2021-25742)', input: ingress({ rules: [rule('{host}')] }, { annotations: { 'nginx.ingress.kubernetes.io/server-snippet': 'return 200;' } }) },
  { ...routes, id: 'annex-network/route-host', title: 'route somebody else’s name', input: httpRoute({ hostnames: ['{host}', '{strangeHost}'] }) },
  { ...routes, id: 'annex-network/route-none', title: 'route every name of the gateway', input: httpRoute({}) },
]
