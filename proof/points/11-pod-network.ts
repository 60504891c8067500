import { tenantPlacement } from '../../components/tenant-placement/place-pod.ts'
import { testPage } from '../../apps/render.ts'
import { runProbe } from '../ask.ts'
import { allOf, type Point, type System } from '../point.ts'

export const podNetwork: Point = {
  number: 11,
  title: 'A pod on a cloud worker gets the tenant application’s page; another tenant does not',
  check: async (system) => {
    const [platform, stranger] = await Promise.all([
      runProbe(system, { namespace: 'paas-system', name: 'proof-platform', command: fetchPage(system, 15), nodeSelector: system.cloudNodeSelector }),
      runProbe(system, { namespace: system.otherTenant, name: 'proof-stranger', command: fetchPage(system, 4), nodeSelector: tenantPlacement.nodeSelector, tolerations: tenantPlacement.tolerations }),
    ])
    return allOf([
      { holds: platform.code === 0 && platform.stdout.includes(testPage), evidence: platform.evidence },
      { holds: stranger.code > 0 && ranAndWasKeptOut(stranger), evidence: stranger.evidence },
    ])
  },
}

/** The name must resolve (DNS is open to tenants); a probe that could not even run proves nothing. */
function ranAndWasKeptOut({ stdout, stderr }: { stdout: string; stderr: string }): boolean {
  return /refused|timed out/.test(stdout + stderr) && !/bad address/.test(stdout + stderr)
}

function fetchPage({ testApplication: { tenant } }: System, seconds: number): string {
  return `wget -q -T ${seconds} -O - http://test-app.${tenant}.svc.cluster.local/ 2>&1`
}
