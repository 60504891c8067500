import { type Cluster, startCluster } from '../lab/pulumi/cluster.ts'
import { compare, levels } from './oracle/oracle.ts'
import { makeNamespaces, type Server, serverOf } from './oracle/server.ts'

describe('policies/pods against the API server, at length', function () {
  this.timeout(600_000)

  let cluster: Cluster
  let server: Server

  before(async () => {
    cluster = await startCluster()
    server = serverOf(cluster)
    await makeNamespaces(server, cluster, levels, 'v1.36')
  })

  after(async () => {
    server?.close()
    await cluster?.stop()
  })

  it('finds in 5,000 generated pods and workloads what its Pod Security admission finds', () => compare(server, 5_000, 36))
})
