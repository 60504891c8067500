import assert from 'node:assert/strict'
import { judgeNamespaces } from '../../preflight/judge-namespaces.ts'
import type { ClusterFacts } from '../../preflight/cluster.ts'

const cluster = (managedBy: string | undefined): ClusterFacts => ({ version: 'v1.36.3', caCertHash: 'sha256:0', nodes: [], namespaces: [{ name: 'paas-tenant-1', managedBy }, { name: 'other', managedBy: 'Helm' }], volumes: [] })

describe('namespaces of the stack', () => {
  it('may be there already when they are annex’s', () => assert.deepEqual(judgeNamespaces(['paas-tenant-1'], cluster('annex')), []))
  for (const managedBy of ['Helm', undefined]) {
    it(`are not taken from ${managedBy ?? 'somebody unknown'}`, () => assert.match(judgeNamespaces(['paas-tenant-1'], cluster(managedBy)).join(), /paas-tenant-1 exists and is not annex's.*kubectl label/))
  }
})
