import { kubectl } from '../ask.ts'
import type { Point } from '../point.ts'

export const monitoring: Point = {
  number: 9,
  title: 'Monitoring of the VPS node is set up',
  check: async (system) => {
    const asked = await kubectl(system, ['top', 'node', system.worker.name])
    return { verdict: asked.code === 0 ? 'ok' : 'not set up', evidence: [asked.evidence] }
  },
}
