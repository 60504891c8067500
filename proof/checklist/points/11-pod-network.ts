import { otherPlacement, tenantPlacement } from '../../../components/tenant-placement/place-pod.ts'
import { testPage } from '../../../apps/render.ts'
import { runProbe } from '../ask.ts'
import { allOf, type Point, type System } from '../point.ts'

export const podNetwork: Point = {
  number: 11,
  title: 'A pod on a cloud worker gets the tenant application’s page; another tenant does not',
  check: async (system) => {
    const [platform, stranger] = await Promise.all([
      runProbe(system, { namespace: 'paas-system', name: 'proof-platform', command: fetchPage(system, 15), shown: `wget ${page(system)}`, affinity: offTenantNodes }),
      runProbe(system, { namespace: system.otherTenant, name: 'proof-stranger', command: fetchPage(system, 5), shown: `wget ${page(system)}`, nodeSelector: tenantPlacement.nodeSelector, tolerations: tenantPlacement.tolerations }),
    ])
    return allOf([
      { holds: platform.code === 0 && platform.stdout.includes(testPage), evidence: platform.evidence },
      { holds: stranger.code > 0 && ranAndWasKeptOut(stranger), evidence: stranger.evidence },
    ])
  },
}

const offTenantNodes = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: otherPlacement.requirements }] } } }

/** The name must resolve (DNS is open to tenants); a probe that could not even run proves nothing. */
function ranAndWasKeptOut({ stdout, stderr }: { stdout: string; stderr: string }): boolean {
  return /refused|timed out/.test(stdout + stderr) && !/bad address/.test(stdout + stderr)
}

/**
 * Tries for some seconds, once a second: a policy knows a new pod only after a moment, so a first refusal says nothing, and
 * neither would a first success of a pod that is to be kept out.
 */
function fetchPage(system: System, seconds: number): string {
  // Not wget -T: Debian's static busybox dies of it.
  return `end=$(($(date +%s) + ${seconds})); until timeout 3 wget -q -O - ${page(system)} 2>&1; do code=$?; [ $code -ne 143 ] || echo timed out; [ $(date +%s) -lt $end ] || exit $code; sleep 1; done`
}

function page({ testApplication: { tenant } }: System): string {
  return `http://test-app.${tenant}.svc.cluster.local/`
}
