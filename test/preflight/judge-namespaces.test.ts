import assert from 'node:assert/strict'
import { judgeNamespaces, judgeOwners, leavingNamespaces, ownPlatform } from '../../preflight/judge-namespaces.ts'

const cluster = (managedBy: string | undefined, stack?: string) => ({ namespaces: [{ name: 'paas-tenant-1', managedBy, stack }, { name: 'other', managedBy: 'Helm' }] })
const judge = (...found: Parameters<typeof cluster>) => judgeNamespaces(['paas-tenant-1'], cluster(...found), 'prod-07').join()

describe('namespaces of the stack', () => {
  it('may be there already when they are annex’s, and of this stack or of no stack yet', () => {
    assert.equal(judge('annex', 'prod-07'), '')
    assert.equal(judge('annex'), '')
  })

  for (const managedBy of ['Helm', undefined]) {
    it(`are not taken from ${managedBy ?? 'somebody unknown'}`, () => assert.match(judge(managedBy), /paas-tenant-1 exists and is not annex's.*kubectl label/))
  }

  it('are not taken from another stack of annex: the tenant would lose its data', () => {
    assert.match(judge('annex', 'prod-03'), /paas-tenant-1 belongs to the stack prod-03, not to prod-07.*Put it back/)
    assert.match(judge('annex', 'prod'), /belongs to the stack prod,/)
  })

  it('are not taken from the stack that runs the platform of this cluster', () => {
    const namespaces = [{ name: 'paas-system', managedBy: 'annex', stack: 'prod' }]
    assert.match(judgeNamespaces(['paas-system'], { namespaces }, 'staging').join(), /paas-system belongs to the stack prod: one stack runs the platform/)
    assert.deepEqual(judgeNamespaces(['paas-system'], { namespaces }, 'prod'), [])
  })

  it('of the platform are left to whom they were before, and made where they are not there', () => {
    const namespaces = [{ name: 'paas-system', managedBy: 'Helm' }]
    assert.deepEqual(judgeNamespaces(['paas-system', 'paas-operators'], { namespaces }, 'prod'), [])
    assert.deepEqual(ownPlatform({ namespaces }), ['paas-operators'])
    assert.deepEqual(ownPlatform({ namespaces: [{ name: 'paas-system', managedBy: 'annex', stack: 'prod' }] }), ['paas-system', 'paas-operators'])
  })

  it('of the platform that were annex’s stay so where one label was taken off: left out, Pulumi would delete them', () => {
    const namespaces = [{ name: 'paas-system', managedBy: undefined, stack: 'prod' }]
    assert.match(judgeNamespaces(['paas-system'], { namespaces }, 'prod').join(), /paas-system has lost the label .*\(app\.kubernetes\.io\/managed-by is not set\): set it again: kubectl label namespace paas-system/)
    assert.deepEqual(ownPlatform({ namespaces }), ['paas-system', 'paas-operators'])
  })

  it('do not go from one tenant to another with what is in them', () => {
    const namespaces = [{ name: 'a', managedBy: 'annex', stack: 'prod', tenant: 'a' }, { name: 'a-db', managedBy: 'annex', stack: 'prod', tenant: 'a' }, { name: 'old', managedBy: 'annex', stack: 'prod' }]
    assert.deepEqual(judgeOwners({ a: 'a', 'a-db': 'a', old: 'b', new: 'b' }, { namespaces }, 'prod'), [])
    assert.match(judgeOwners({ a: 'a', 'a-db': 'b' }, { namespaces }, 'prod').join(), /^the namespace a-db is the tenant a's, and should become b's.*Take it out of a first/)
    assert.deepEqual(judgeOwners({ 'a-db': 'b' }, { namespaces }, 'other'), [])
    assert.match(judgeOwners({ a: 'b' }, { namespaces: [{ name: 'a', managedBy: 'annex', tenant: 'a' }] }, 'prod').join(), /^the namespace a is the tenant a's, and should become b's/, 'of no stack yet')
  })

  it('are told when they leave, and nobody else’s', () => {
    const namespaces = [{ name: 'kept', managedBy: 'annex', stack: 'prod-07' }, { name: 'gone', managedBy: 'annex', stack: 'prod-07' }, { name: 'foreign', managedBy: 'annex', stack: 'prod-03' }]
    assert.match(leavingNamespaces(['kept'], { namespaces }, 'prod-07')!, /deleted with all that is in them.*\n  - gone$/)
    assert.equal(leavingNamespaces(['kept', 'gone'], { namespaces }, 'prod-07'), undefined)
  })
})
