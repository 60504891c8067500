/** The guide's 13-point checklist against the live system. */
import { node } from './points/01-node.ts'
import { labelsAndTaint } from './points/02-labels-and-taint.ts'
import { storageClass } from './points/03-storage-class.ts'
import { nodeNetwork } from './points/04-node-network.ts'
import { dns } from './points/05-dns.ts'
import { affinity } from './points/06-affinity.ts'
import { tolerations } from './points/07-tolerations.ts'
import { firewall } from './points/08-firewall.ts'
import { monitoring } from './points/09-monitoring.ts'
import { testApplication } from './points/10-test-application.ts'
import { podNetwork } from './points/11-pod-network.ts'
import { storage } from './points/12-storage.ts'
import { logging } from './points/13-logging.ts'
import type { Answer, Point, System } from './point.ts'

export const points: Point[] = [
  node, labelsAndTaint, storageClass, nodeNetwork, dns, affinity, tolerations, firewall, monitoring, testApplication, podNetwork, storage, logging,
]

export interface Checked {
  point: Point
  /** Undefined where the point was not repeated, because it disturbs a tenant. */
  answer: Answer | undefined
}

/** Checks all points, those that disturb only when asked to, and those last and one by one. */
export async function checkAll(system: System, options: { disturb: boolean }): Promise<Checked[]> {
  const gentle = points.filter(({ disturbs }) => !disturbs)
  const answers = new Map<Point, Answer>(await Promise.all(gentle.map(async (point) => [point, await point.check(system)] as const)))
  for (const point of points.filter(({ disturbs }) => disturbs && options.disturb)) answers.set(point, await point.check(system))
  return points.map((point) => ({ point, answer: answers.get(point) }))
}

/** Whether nothing failed. What is not set up is no failure, and no success either: the table says so. */
export function holds(checked: Checked[]): boolean {
  return checked.every(({ answer }) => answer?.verdict !== 'failed')
}

/** The table for people: point, verdict, evidence. */
export function describeChecklist(checked: Checked[]): string {
  return checked.map(({ point, answer }) => {
    const head = `${String(point.number).padStart(2)}  ${(answer?.verdict ?? 'not repeated').padEnd(12)} ${point.title}`
    const evidence = answer?.evidence ?? [{ command: 'it disturbs a tenant', answer: 'asked with --disturb, and by npm start after a change of the stack' }]
    return [head, ...evidence.map(({ command, answer: text }) => `                   ${command} -> ${text}`)].join('\n')
  }).join('\n')
}
