/** Two tenants of which the first uses every option. */
import type { Quota, Surroundings, TenantSpec } from '../../../components/tenant-isolation/tenant.ts'

export const quota: Quota = { cpu: '2', memory: '2Gi', storage: '10Gi', ephemeralStorage: '4Gi', pods: 20, claims: 10, objects: 100 }

export const tenant: TenantSpec = {
  name: 'one', dedicatedNodes: [],
  group: 'annex:one',
  quota,
  namespaces: [{ name: 'one-db', quota: { ...quota, cpu: '1' } }],
  limits: { cpu: '500m', claim: '1Gi' },
  egress: ['198.51.0.0/16', '203.0.113.0/24'],
  exec: false,
  registries: [{ name: 'docker.io/library' }, { name: 'registry.example:5000/one', pullSecret: 'registry' }],
  priorityClasses: ['tenant-batch'],
  ingressHosts: ['one.example.org'],
  protect: true,
}

export const other: TenantSpec = { ...tenant, name: 'two', group: 'annex:two', namespaces: [], limits: {}, egress: [], registries: [], priorityClasses: [], ingressHosts: [], exec: true, protect: false }

export const surroundings: Surroundings = {
  closed: ['10.10.0.0/24', '10.244.0.0/16', '10.96.0.0/16', '10.100.0.0/24', '198.51.100.2/32', '198.51.100.11/32'],
  nodeLocalDns: ['169.254.20.10'],
}
