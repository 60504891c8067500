import { getObject } from '../ask.ts'
import type { Point } from '../point.ts'

/** annex installs no log collection yet, so there is nothing that could be ok. */
export const logging: Point = {
  number: 13,
  title: 'Logging is set up',
  check: async (system) => {
    const { object, evidence } = await getObject(system, ['daemonsets', '-A', '-l', 'app.kubernetes.io/component=log-collector'])
    const found: { metadata: { name: string } }[] = object?.items ?? []
    return { verdict: 'not set up', evidence: [{ command: evidence.command, answer: found.map(({ metadata }) => metadata.name).join(', ') || 'none' }] }
  },
}
