import assert from 'node:assert/strict'
import fc from 'fast-check'
import { tenantArgs } from '../../config/arguments.ts'
import { check } from '../../config/check.ts'
import { closedRanges } from '../../config/closed-ranges.ts'
import { settingsOf } from '../settings.ts'
import { annexOptions } from '../stack-file.ts'

/** Faults of the dev stack with these tenants. */
function faultsOf(tenants: unknown[], cluster: object = {}) {
  const options = annexOptions('Pulumi.dev.yaml')
  delete options.testApplication
  return check({ ...options, cluster: { ...options.cluster, ...cluster }, tenants }).faults
}
const paths = (faults: { path: string }[]) => faults.map(({ path }) => path)
const a = { name: 'a', group: 'annex:a' }
const b = { name: 'b', group: 'annex:b' }
const c = { name: 'c', group: 'annex:c' }

describe('the tenants in the configuration', () => {
  it('need a name and a group, and nothing else', () => {
    assert.deepEqual(faultsOf([a]), [])
    assert.deepEqual(paths(faultsOf([{}])), ['annex:tenants[0].name', 'annex:tenants[0].group'])
  })

  it('may say everything there is', () => {
    assert.deepEqual(faultsOf([{
      ...a, quota: { cpu: '1500m', memory: '3Gi', storage: '20Gi', ephemeralStorage: '8Gi', pods: 50, claims: 5, objects: 200 },
      namespaces: [{ name: 'a-db' }, { name: 'a-web', quota: { cpu: '1' } }], limits: { cpu: '500m', memory: '512Mi', claim: '5Gi' },
      egress: ['203.0.113.0/24', '0.0.0.0/0'], exec: true, protect: false, priorityClasses: ['batch'], ingressHosts: ['a.example.org'],
      registries: [{ name: 'docker.io' }, { name: 'ghcr.io/team/a', pullSecret: 'ghcr' }, { name: 'registry.example:5000' }],
    }], { closed: ['192.0.2.0/24'], nodeLocalDns: ['169.254.20.10'] }), [])
  })

  it('are told every fault of every field at once, with the value seen and a fix', () => {
    const faults = faultsOf([{
      name: 'Tenant_A', group: 'system:masters', quota: { cpu: '2 cores', memory: '1GB', storage: '10', pods: 0 }, limits: { cpu: '500' + 'x' },
      namespaces: [{ name: 'kube-mine' }], egress: ['10.0.0.1/8', '10.244.3.0/24'], exec: 'yes', registries: [{ name: 'https://docker.io' }, { name: 'docker.io/busybox:1' }],
      priorityClasses: ['system-node-critical'], ingressHosts: ['*.example.org', 'localhost'], protect: 1, colour: 'red',
    }])
    const expected = [
      'name', 'group', 'quota.cpu', 'quota.memory', 'quota.storage', 'quota.pods', 'limits.cpu', 'namespaces[0].name', 'egress[0]', 'egress[1]', 'exec', 'registries[0].name', 'registries[1].name',
      'priorityClasses[0]', 'ingressHosts[0]', 'ingressHosts[1]', 'protect', 'colour',
    ]
    assert.deepEqual([...new Set(paths(faults))].sort(), expected.map((it) => `annex:tenants[0].${it}`).sort())
    for (const { seen, message } of faults) assert.ok(seen !== '(not set)' && message.length > 20)
  })

  it('are told what is needed in words of their own where a value has another type', () => {
    const faults = faultsOf([{ name: 7, group: 'annex:a', quota: { cpu: 2 }, limits: { memory: 1 }, egress: [8], namespaces: [null] }, 'text'])
    assert.deepEqual(faults.map(({ path }) => path.slice('annex:tenants'.length)).sort(), ['[0].egress[0]', '[0].limits.memory', '[0].name', '[0].namespaces[0]', '[0].quota.cpu', '[1]'])
    for (const { path, message } of faults) assert.match(message, /is needed/, path)
  })

  it('have no limit above a quota that is the default', () => {
    assert.deepEqual(paths(faultsOf([{ ...a, limits: { cpu: '3', memory: '2Gi', claim: '11Gi' } }])), ['annex:tenants[0].limits.cpu', 'annex:tenants[0].limits.claim'])
  })

  it('are no exception from admission, by no namespace of theirs', () => {
    const options = { ...annexOptions('Pulumi.dev.yaml'), tenants: [{ ...a, namespaces: [{ name: 'a-db' }] }], testApplication: undefined }
    const admission = { systemNamespaces: ['kube-system', 'a-db'], daemonSets: [{ namespace: 'a', name: 'exporter' }] }
    assert.deepEqual(paths(check({ ...options, admission }).faults), ['annex:admission.systemNamespaces[1]', 'annex:admission.daemonSets[0].namespace'])
  })

  it('share no namespace and no group', () => {
    const faults = faultsOf([{ ...a, namespaces: [{ name: 'shared' }] }, { ...b, group: 'annex:a', namespaces: [{ name: 'shared' }, { name: 'a' }] }])
    assert.deepEqual(faults.map(({ path, message }) => [path, message.split(':')[0] + ':' + message.split(':')[1]]), [
      ['annex:tenants[1].namespaces[0].name', 'is taken by annex:tenants[0].namespaces[0].name'],
      ['annex:tenants[1].namespaces[1].name', 'is taken by annex:tenants[0].name'],
      ['annex:tenants[1].group', 'is taken by annex:tenants[0].group'],
    ])
  })

  it('list nothing twice', () => {
    const twice = (value: unknown) => [value, value]
    assert.deepEqual(paths(faultsOf([{ ...a, egress: twice('203.0.113.0/24'), priorityClasses: twice('batch'), registries: twice({ name: 'docker.io' }) }])), ['annex:tenants[0].egress[1]', 'annex:tenants[0].priorityClasses[1]', 'annex:tenants[0].registries[1].name'])
  })

  it('publish no name of another tenant, nor one above or below it', () => {
    const claimed = (...hosts: string[][]) => paths(faultsOf(hosts.map((ingressHosts, i) => ({ ...[a, b, c][i], ingressHosts }))))
    assert.deepEqual(claimed(['x.example.org'], ['x.example.org']), ['annex:tenants[1].ingressHosts[0]'])
    assert.deepEqual(claimed(['example.org'], ['ok.example.net', 'x.example.org']), ['annex:tenants[1].ingressHosts[1]'])
    assert.deepEqual(claimed(['x.example.org'], ['example.org']), ['annex:tenants[1].ingressHosts[0]'])
    assert.deepEqual(claimed(['example.org', 'x.example.org'], ['my-example.org']), [])
    assert.deepEqual(claimed(['x.example.org'], ['y.example.org', 'example.org']), ['annex:tenants[1].ingressHosts[1]'])
    assert.deepEqual(claimed(['x.example.org'], ['y.example.org'], ['example.org']), ['annex:tenants[2].ingressHosts[0]', 'annex:tenants[2].ingressHosts[0]'])
  })

  it('list no egress that is closed in full, alone or together with its neighbour', () => {
    const refused = { '10.10.0.0/25': 'annex:cluster.nodes[0]', '10.10.0.10/32': 'annex:cluster.nodes[0]', '10.244.0.0/16': 'annex:cluster.pods[0]', '10.96.0.10/32': 'annex:cluster.services[0]', '10.100.0.0/24': 'annex:tunnel.range', '198.51.100.11/32': 'annex:workers[0].address', '198.51.100.2/32': 'annex:tunnel.gateways[0].address', '169.254.169.254/32': 'link-local', '224.1.0.0/16': 'multicast', '192.0.2.0/24': 'annex:cluster.closed[0]' }
    for (const [range, where] of Object.entries(refused)) {
      const faults = faultsOf([{ ...a, egress: [range] }], { closed: ['192.0.2.0/24'] })
      assert.deepEqual(paths(faults), ['annex:tenants[0].egress[0]'], range)
      assert.ok(faults[0]!.message.includes(where), faults[0]!.message)
    }
    assert.deepEqual(paths(faultsOf([{ ...a, egress: ['192.0.2.0/24'] }], { closed: ['192.0.2.0/25', '192.0.2.128/25'] })), ['annex:tenants[0].egress[0]'])
    assert.deepEqual(faultsOf([{ ...a, egress: ['10.0.0.0/8', '192.0.2.0/24'] }], { closed: ['192.0.2.0/25'] }), [])
  })

  it('have no limit that no namespace of theirs could grant', () => {
    assert.deepEqual(paths(faultsOf([{ ...a, quota: { cpu: '1', memory: '1Gi', storage: '1Gi' }, limits: { cpu: '1500m', memory: '1025Mi', claim: '2Gi' } }])), ['annex:tenants[0].limits.cpu', 'annex:tenants[0].limits.memory', 'annex:tenants[0].limits.claim'])
    assert.deepEqual(faultsOf([{ ...a, quota: { cpu: '1' }, namespaces: [{ name: 'a-big', quota: { cpu: '4' } }], limits: { cpu: '3' } }]), [])
  })

  it('never make the check throw, whatever they are', () => {
    const wild = fc.record({ name: fc.anything(), group: fc.anything(), namespaces: fc.anything(), quota: fc.anything(), limits: fc.anything(), egress: fc.oneof(fc.anything(), fc.array(fc.anything())), registries: fc.anything(), ingressHosts: fc.oneof(fc.anything(), fc.array(fc.anything())) }, { requiredKeys: [] })
    fc.assert(fc.property(fc.array(fc.oneof(wild, fc.anything())), (tenants) => { faultsOf(tenants as object[]) }))
  })

  it('give isolation the ranges of the stack to keep closed, and the DNS cache of its nodes to keep open', () => {
    const dev = settingsOf('Pulumi.dev.yaml')
    const settings = { ...dev, cluster: { ...dev.cluster, nodeLocalDns: ['169.254.20.10'] } }
    const closed = closedRanges(settings).map(({ range }) => range)
    for (const range of ['10.10.0.0/24', '10.244.0.0/16', '10.96.0.0/16', '10.100.0.0/24', '10.10.0.10/32', '198.51.100.2/32', '10.10.0.2/32', '198.51.100.11/32']) assert.ok(closed.includes(range), range)
    assert.deepEqual(tenantArgs(settings, settings.tenants[0]!).surroundings, { closed, nodeLocalDns: ['169.254.20.10'] })
  })
})
