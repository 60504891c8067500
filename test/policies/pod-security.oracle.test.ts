import assert from 'node:assert/strict'
import { type Cluster, startCluster } from '../lab/pulumi/cluster.ts'
import { compare, keepingPod, levels, ourReasons } from './oracle/oracle.ts'
import { makeNamespaces, type Server, serverOf } from './oracle/server.ts'

describe('policies/pods against the API server', function () {
  this.timeout(120_000)

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

  it('finds in 500 generated pods and workloads what its Pod Security admission finds', () => compare(server, 500, 20261125))

  it('finds in an ephemeral container what it finds when one is added to a pod', async () => {
    const contexts = [
      { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
      { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] }, runAsUser: 1000 },
      {},
      { privileged: true },
      { capabilities: { add: ['SYS_PTRACE'] } },
      { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, runAsUser: 0 },
      { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, runAsNonRoot: false },
      { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, seccompProfile: { type: 'Unconfined' } },
      { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, seLinuxOptions: { type: 'spc_t' } },
    ]
    for (const level of levels) {
      const path = `/api/v1/namespaces/${level}/pods`
      await server.create(path, { apiVersion: 'v1', kind: 'Pod', ...keepingPod })
      for (const securityContext of contexts) {
        const spec = { ephemeralContainers: [{ name: 'debug', image: 'example.com/debug:1', securityContext }] }
        const answer = await server.dryRun(`${path}/${keepingPod.metadata.name}/ephemeralcontainers`, { spec }, 'PATCH')
        const ours = ourReasons(level, 'kubernetes:core/v1:Pod', { ...keepingPod, spec: { ...keepingPod.spec, ...spec } })
        assert.deepEqual({ invalid: answer.invalid, reasons: answer.reasons }, { invalid: undefined, reasons: ours }, `${level} ${JSON.stringify(securityContext)}`)
      }
    }
  })
})
