import { execInApplication, getObject } from '../ask.ts'
import { testPage } from '../../../apps/render.ts'
import { allOf, type Point } from '../point.ts'

export const testApplication: Point = {
  number: 10,
  title: 'A test application runs on the VPS',
  check: async (system) => {
    const { tenant } = system.testApplication
    const { object, evidence } = await getObject(system, ['statefulset', 'test-app', '-n', tenant])
    const page = await execInApplication(system, ['timeout', '10', 'wget', '-q', '-O', '-', 'http://127.0.0.1:8080/'])
    return allOf([
      { holds: object?.status?.readyReplicas === 1, evidence: { ...evidence, answer: `${object?.status?.readyReplicas ?? 0} of 1 ready` } },
      { holds: page.stdout.includes(testPage), evidence: page.evidence },
    ])
  },
}
