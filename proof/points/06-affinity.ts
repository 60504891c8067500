import { tenantPlacement } from '../../components/tenant-placement/place-pod.ts'
import { expectPart, getObject } from '../ask.ts'
import { allOf, type Point } from '../point.ts'

export const affinity: Point = {
  number: 6,
  title: 'Tenant workloads have node affinity, and run on the VPS',
  check: async (system) => {
    const { object, evidence } = await getObject(system, ['pod', 'test-app-0', '-n', system.testApplication.tenant])
    const terms = object?.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms
    const wanted = Object.entries(tenantPlacement.nodeSelector).map(([key, value]) => ({ key, operator: 'In', values: [value] }))
    return allOf([
      expectPart(evidence, terms, [{ matchExpressions: wanted }]),
      expectPart(evidence, object?.spec?.nodeName, system.worker.name),
    ])
  },
}
