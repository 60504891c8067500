import { tenantPlacement } from '../../../components/tenant-placement/place-pod.ts'
import { expectPart, getObject } from '../ask.ts'
import { allOf, type Point } from '../point.ts'

export const affinity: Point = {
  number: 6,
  title: 'Tenant workloads have node affinity, and run on the VPS',
  check: async (system) => {
    const [workload, pod] = await Promise.all(['statefulset/test-app', 'pod/test-app-0'].map((name) => getObject(system, [name, '-n', system.testApplication.tenant])))
    const terms: { matchExpressions?: { key: string }[] }[] | undefined =
      workload!.object?.spec?.template?.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms
    // A placement may demand more, such as the tenant's own pool of nodes.
    const ofTier = terms?.map(({ matchExpressions = [] }) => ({ matchExpressions: matchExpressions.filter(({ key }) => key in tenantPlacement.nodeSelector) }))
    const wanted = Object.entries(tenantPlacement.nodeSelector).map(([key, value]) => ({ key, operator: 'In', values: [value] }))
    return allOf([
      expectPart(workload!.evidence, ofTier, [{ matchExpressions: wanted }]),
      { ...expectPart(pod!.evidence, pod!.object?.spec?.nodeName, undefined), holds: system.tenantNodes.includes(pod!.object?.spec?.nodeName) },
    ])
  },
}
