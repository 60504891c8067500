import { podProblems } from './pod.ts'
import { isOwnedBy, type Rule, type Situation, type Verdict } from './rule.ts'
import type { KubernetesObject } from '../objects.ts'

/** Ready when every node that should run a pod runs a ready one of the newest template (the rules of kstatus). */
export const daemonSetRule: Rule = {
  related: ['v1/Pod'],
  atRead: true,
  timedOut: () => 'timed out waiting for the condition',
  cancelled: () => 'timed out waiting for the condition',
  judge,
}

function judge({ object, world }: Situation): Verdict {
  const waitingFor = unfinished(object)
  if (!waitingFor) {
    const message = `✅ All replicas scheduled as expected. Replicas: ${object.status?.desiredNumberScheduled}`
    return { ready: true, status: [{ severity: 'info', message }] }
  }
  const problems = podProblems(world.all('v1/Pod').filter((pod) => isOwnedBy(pod, object)))
  return {
    ready: false,
    status: [{ severity: 'info', message: waitingFor }, ...problems.map((message) => ({ severity: 'warning' as const, message }))],
    reasons: [],
  }
}

function unfinished({ metadata, spec, status = {} }: KubernetesObject): string | undefined {
  const { observedGeneration, desiredNumberScheduled: wanted } = status
  if (observedGeneration !== undefined && observedGeneration !== metadata!.generation) {
    return `DaemonSet generation is ${metadata!.generation}, but latest observed generation is ${observedGeneration}`
  }
  if (observedGeneration === undefined) return 'DaemonSet status.observedGeneration not found'
  if (wanted === undefined) return 'Missing .status.desiredNumberScheduled'
  const { currentNumberScheduled = 0, updatedNumberScheduled = 0, numberAvailable = 0, numberReady = 0 } = status
  if (wanted > currentNumberScheduled) return `Current: ${currentNumberScheduled}/${wanted}`
  if (wanted > updatedNumberScheduled) return `Updated: ${updatedNumberScheduled}/${wanted}`
  if (wanted > numberAvailable) return `Available: ${numberAvailable}/${wanted}`
  if (wanted > numberReady) return `Ready: ${numberReady}/${wanted}`
  return spec === undefined ? 'Missing .spec' : undefined
}
