import { execInApplication, getObject, kubectl } from '../ask.ts'
import { allOf, type Point } from '../point.ts'

export const storage: Point = {
  number: 12,
  title: 'Data on a volume survives the pod',
  disturbs: true,
  check: async (system) => {
    const { tenant } = system.testApplication
    const inPod = (command: string) => execInApplication(system, ['sh', '-c', command])
    const marker = `proof-${Date.now().toString(36)}`
    const before = await getObject(system, ['pod', 'test-app-0', '-n', tenant])
    const written = await inPod(`echo ${marker} > /data/marker`)
    const deleted = await kubectl(system, ['delete', 'pod', 'test-app-0', '-n', tenant, '--grace-period=1', '--timeout=50s'])
    await kubectl(system, ['rollout', 'status', 'statefulset/test-app', '-n', tenant, '--timeout=50s'])
    const after = await getObject(system, ['pod', 'test-app-0', '-n', tenant])
    const read = await inPod('cat /data/marker')
    await inPod('rm -f /data/marker')
    const another = after.object !== undefined && after.object.metadata.uid !== before.object?.metadata.uid
    return allOf([
      { holds: written.code === 0, evidence: { ...written.evidence, answer: written.code === 0 ? 'written' : written.evidence.answer } },
      { holds: deleted.code === 0 && another, evidence: { ...deleted.evidence, answer: another ? 'a new pod took its place' : deleted.evidence.answer } },
      { holds: read.stdout.trim() === marker, evidence: read.evidence },
    ])
  },
}
