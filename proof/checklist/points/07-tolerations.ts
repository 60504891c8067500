import { tenantPlacement } from '../../../components/tenant-placement/place-pod.ts'
import { expectPart, getObject, kubectl, renderProbe } from '../ask.ts'
import { allOf, type Point, type System } from '../point.ts'

export const tolerations: Point = {
  number: 7,
  title: 'Tenant workloads tolerate the taint; a pod without the toleration does not land on the VPS',
  check: async (system) => {
    const { object, evidence } = await getObject(system, ['statefulset', 'test-app', '-n', system.testApplication.tenant])
    return allOf([
      expectPart(evidence, object?.spec?.template?.spec?.tolerations, tenantPlacement.tolerations),
      await intruderStaysOut(system),
    ])
  },
}

/** The pod selects the VPS by its label, so that only the taint can keep it away, or admission where the taint does not forbid it. */
async function intruderStaysOut(system: System) {
  const probe = { namespace: 'paas-system', name: 'proof-intruder', command: 'true', nodeSelector: { 'kubernetes.io/hostname': system.worker.name } }
  const where = ['pod', probe.name, '-n', probe.namespace]
  await kubectl(system, ['delete', ...where, '--ignore-not-found', '--now'])
  const created = await kubectl(system, ['create', '-f', '-'], { input: JSON.stringify(renderProbe(system, probe)) })
  try {
    await kubectl(system, ['wait', ...where, '--for=condition=PodScheduled=False', '--timeout=10s'])
    const { object } = await getObject(system, where)
    const condition = object?.status?.conditions?.find(({ type }: { type: string }) => type === 'PodScheduled')
    const answer: string = object?.spec?.nodeName ? `landed on ${object.spec.nodeName}` : condition?.message ?? created.evidence.answer
    return { holds: condition?.reason === 'Unschedulable' && (system.worker.taintEffect !== 'NoSchedule' || /untolerated taint/.test(answer)), evidence: { command: `pod in paas-system on ${system.worker.name}, without toleration`, answer } }
  } finally {
    await kubectl(system, ['delete', ...where, '--ignore-not-found', '--wait=false', '--now'])
  }
}
