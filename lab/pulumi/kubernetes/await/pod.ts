import { conditions, type Condition, type Rule, type Verdict } from './rule.ts'
import type { KubernetesObject } from '../objects.ts'

export const podRule: Rule = {
  related: [],
  atRead: true,
  judge: ({ object }) => judgePod(object),
}

/** A pod is ready when it is scheduled, initialized, and ready or done. */
export function judgePod(pod: KubernetesObject): Verdict {
  const { name, namespace } = pod.metadata!
  const fullName = namespace && namespace !== 'default' ? `${namespace}/${name}` : name
  const status: Verdict['status'] = []
  const reasons: string[] = []
  for (const { type, verb, done } of STEPS) {
    status.push({ severity: 'info', message: `Waiting for Pod "${fullName}" to be ${verb}` })
    const condition = conditions(pod).find((candidate) => candidate.type === type)
    if (condition?.status === 'True' || (condition && done?.(pod))) continue
    if (condition && type !== 'PodScheduled') {
      const problems = containerProblems(pod)
      if (problems.length > 0 || condition.message) reasons.push(describe(condition, problems, fullName!))
    }
    return { ready: false, status, reasons }
  }
  return { ready: true, status, reasons }
}

/** What is wrong with pods that an owner waits for. */
export function podProblems(pods: KubernetesObject[]): string[] {
  return pods.flatMap((pod) => judgePod(pod).reasons ?? [])
}

const STEPS = [
  { type: 'PodScheduled', verb: 'scheduled' },
  { type: 'Initialized', verb: 'initialized' },
  { type: 'Ready', verb: 'ready', done: (pod: KubernetesObject) => pod.status?.phase === 'Succeeded' },
]

function describe({ reason, message }: Condition, problems: string[], fullName: string): string {
  return `[Pod ${fullName}]: ${reason && message ? message : ''}${problems.join('\n')}`
}

function containerProblems(pod: KubernetesObject): string[] {
  return (pod.status?.containerStatuses ?? []).flatMap(({ ready, name, state, lastState }: any) => {
    if (ready) return []
    const { waiting, terminated } = state ?? {}
    const problems: string[] = []
    if (waiting && waiting.reason !== 'ContainerCreating') problems.push(`[${waiting.reason}] ${waiting.message ?? ''}`)
    if (terminated?.reason) problems.push(terminated.message ? `[${terminated.reason}] ${terminated.message}` : `container "${name}" completed with exit code ${terminated.exitCode}`)
    if (lastState?.terminated) {
      const { finishedAt, reason, exitCode, message } = lastState.terminated
      problems.push(`container "${name}" terminated at ${finishedAt} (${reason}: exit code ${exitCode})${message ? `\n${message}` : ''}`)
    }
    return problems
  })
}
