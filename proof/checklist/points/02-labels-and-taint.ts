import { tenantNodeLabels, tenantTaint } from '../../../components/tenant-placement/place-pod.ts'
import { expectPart, getObject } from '../ask.ts'
import { allOf, type Point } from '../point.ts'

export const labelsAndTaint: Point = {
  number: 2,
  title: 'Node labels and taint are set',
  check: async (system) => {
    const { object, evidence } = await getObject(system, ['node', system.worker.name])
    const labels = Object.fromEntries(Object.keys(tenantNodeLabels).map((key) => [key, object?.metadata?.labels?.[key]]))
    const taints = (object?.spec?.taints ?? []).filter(({ key }: { key: string }) => key === tenantTaint.key)
    return allOf([
      expectPart(evidence, labels, tenantNodeLabels),
      expectPart(evidence, taints.map(taintText), [taintText({ ...tenantTaint, effect: system.worker.taintEffect })]),
    ])
  },
}

function taintText({ key, value, effect }: { key: string; value: string; effect: string }): string {
  return `${key}=${value}:${effect}`
}
