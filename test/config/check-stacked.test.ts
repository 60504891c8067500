import assert from 'node:assert/strict'
import fc from 'fast-check'
import { checkEnvironment } from '../../config/check-stacked.ts'
import { lastStack, readTenants } from '../../config/stacked-tenants.ts'
import { cpuSeconds } from '../cpu-seconds.ts'
import { annexOptions } from '../stack-file.ts'

const platform = annexOptions('Pulumi.prod.yaml')
const checked = (text: string, raw = platform) => checkEnvironment(raw, readTenants(text, 'tenants/prod.yaml'))
const told = (text: string, raw = platform) => checked(text, raw).faults.map(({ path, message }) => `${path} ${message}`)
const line = (name: string, more = '', stack: number | string = 1) => `- {stack: ${stack}, name: ${name}, group: 'annex:${name}'${more}}\n`

describe('the tenants of an environment, in stacks of their own', () => {
  it('are checked with the platform’s options, which stay its own', () => {
    const { config, stacked, faults } = checked(line('a') + line('b', '', 2))
    assert.deepEqual(faults, [])
    assert.deepEqual(stacked.map(({ name, stack, quota }) => [name, stack, quota.pods]), [['a', 1, 20], ['b', 2, 20]])
    assert.deepEqual(config!.tenants.map(({ name }) => name), ['paas-tenant-1', 'paas-tenant-2'])
    assert.deepEqual(checkEnvironment(platform, readTenants('', 'none')).config, config)
  })

  it('share nothing across stacks, nor with the tenants of the platform’s stack', () => {
    const faults = told(line('a', ', ingressHosts: [example.org]') + line('a', '', 2) + line('c', ', namespaces: [{name: paas-tenant-1}]', 3) + "- {stack: 4, name: d, group: 'annex:a', ingressHosts: [x.example.org]}\n")
    const expected = [
      /^tenants\/prod\.yaml:2 a: name is taken by tenants\/prod\.yaml:1 a: name: give each tenant/,
      /^tenants\/prod\.yaml:3 c: namespaces\[0\]\.name is taken by annex:tenants\[0\]\.name:/,
      /^tenants\/prod\.yaml:2 a: group is taken by tenants\/prod\.yaml:1 a: group:/,
      /^tenants\/prod\.yaml:4 d: group is taken by/,
      /^tenants\/prod\.yaml:4 d: ingressHosts\[0\] overlaps tenants\/prod\.yaml:1 a: ingressHosts\[0\] = "example.org"/,
    ]
    assert.equal(faults.length, expected.length, faults.join('\n'))
    expected.forEach((words, i) => assert.match(faults[i]!, words))
  })

  it('share no dedicated node, and have none that the platform does not', () => {
    const worker = platform['workers'][0].name
    const two = { ...platform, workers: [...platform['workers'], { ...platform['workers'][0], name: 'further', address: '203.0.113.77', tunnelAddress: '10.100.0.77' }] }
    const faults = told(line('a', `, dedicatedNodes: [${worker}]`) + line('b', `, dedicatedNodes: [${worker}, nowhere]`, 2), two)
    assert.match(faults.join('\n'), /:2 b: dedicatedNodes\[1\] is none of annex:workers/)
    assert.match(faults.join('\n'), /:2 b: dedicatedNodes\[0\] is taken by tenants\/prod\.yaml:1 a: dedicatedNodes\[0\]: a node can be dedicated to one tenant only/)
  })

  it('have a stack with room each, or are told every fault at once', () => {
    const full = Array.from({ length: 31 }, (_, i) => line(`full-${i}`, '', 3)).join('')
    const faults = told(line('a', ', colour: red') + "- {name: b, group: 'annex:b', egress: [10.0.0.1/8]}\n" + line('c', '', 'seven') + line('d', '', 0) + '- just words\n' + full)
    for (const words of [
      /^tenants\/prod\.yaml:1 a: colour there is no such option/,
      /^tenants\/prod\.yaml:2 b: egress\[0\] an IPv4 range is needed/,
      /^tenants\/prod\.yaml:2 b: stack this option is needed: npm run tenants/,
      /^tenants\/prod\.yaml:3 c: stack a whole number from 1 to 999 is needed/,
      /^tenants\/prod\.yaml:4 d: stack a whole number/,
      /^tenants\/prod\.yaml:5 \(no name\) /,
      /^tenants\/prod\.yaml:36 full-30: stack is full: it has 31 tenants, 25 are meant and 30 allowed/,
    ]) assert.ok(faults.some((it) => words.test(it)), `${words} in\n${faults.join('\n')}`)
    assert.equal(faults.filter((it) => /is full/.test(it)).length, 1)
  })

  it('may be in the stack of the last number, and in none after it', () => {
    assert.deepEqual(checked(line('a', '', lastStack)).stacked.map(({ stack }) => stack), [999])
    assert.match(told(line('a', '', lastStack + 1)).join(), /:1 a: stack a whole number from 1 to 999 is needed/)
  })

  it('are told when the file is none, or not of the right shape', () => {
    assert.match(told('- {name: a').join(), /tenants\/prod\.yaml .*(flow|Flow)/)
    assert.match(told("- {name: a, group: 'annex:a', stack: 1, egress: *gone}").join(), /Unresolved alias .*gone/)
    assert.match(told("- &a {name: a, group: 'annex:a', stack: 1, egress: [*a]}").join(), /circular/)
    assert.match(told('tenants: []').join(), /a list of tenants is needed/)
    assert.deepEqual(told(''), [])
    assert.deepEqual(told('# none yet\n'), [])
  })

  it('leave the test application to the platform’s stack', () => {
    const raw = { ...platform, testApplication: { tenant: 'a', image: 'docker.io/library/busybox:1.35.0' } }
    assert.match(told(line('a'), raw).join(), /annex:testApplication\.tenant is in a stack of its own \(tenants\/prod\.yaml:1 a\)/)
  })

  it('never make the check throw, whatever the file is', () => {
    const wild = fc.oneof(fc.string(), fc.json(), fc.array(fc.record({ name: fc.jsonValue(), stack: fc.jsonValue(), namespaces: fc.jsonValue() }, { requiredKeys: [] })).map((it) => JSON.stringify(it)))
    fc.assert(fc.property(wild, (text) => { checked(text) }), { numRuns: 300 })
  })

  it('are a thousand in about the time in which a program starts', function () {
    this.slow(5000)
    const text = Array.from({ length: 1000 }, (_, i) => line(`t${i}`, `, ingressHosts: [t${i}.example.org], egress: [203.0.113.0/24]`, 1 + Math.floor(i / 25))).join('')
    assert.ok(cpuSeconds(() => assert.equal(checked(text).stacked.length, 1000)) < 5, 'quadratic checks take minutes')
  })
})
