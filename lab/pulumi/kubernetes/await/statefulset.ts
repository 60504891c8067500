import { podProblems } from './pod.ts'
import { isOwnedBy, type Rule, type Situation, type Verdict } from './rule.ts'

/** Ready when all replicas are ready and of the newest revision. */
export const statefulSetRule: Rule = {
  related: ['v1/Pod'],
  atRead: true,
  judge,
}

function judge({ object, world }: Situation): Verdict {
  const { spec = {}, status = {} } = object
  const generation = object.metadata!.generation ?? 0
  const wanted = spec.replicas ?? 0
  const { replicas = 0, readyReplicas = 0, currentReplicas = 0, updatedReplicas = 0, currentRevision = '', updateRevision = '' } = status
  const observed = generation > 0 && (status.observedGeneration ?? 0) >= generation
  // With OnDelete the user replaces the pods: the revision moves when they do.
  const onDelete = generation > 1 && spec.updateStrategy?.type === 'OnDelete'
  const revisionReady = observed && (onDelete || (currentRevision !== '' && currentRevision === updateRevision))
  const replicasReady = observed && wanted === replicas && wanted === readyReplicas && (onDelete || wanted === currentReplicas)
  if (revisionReady && replicasReady) return { ready: true, status: [{ severity: 'info', message: '✅ StatefulSet initialization complete' }] }

  const have = revisionReady ? readyReplicas : Math.min(readyReplicas, updatedReplicas)
  return {
    ready: false,
    status: [{ severity: 'info', message: progress(generation, replicasReady, have, wanted) }],
    reasons: [
      ...(replicasReady ? [] : [`${have} out of ${wanted} replicas succeeded readiness checks`]),
      ...(revisionReady ? [] : [`StatefulSet controller failed to advance from revision "${currentRevision}" to revision "${updateRevision}"`]),
      ...podProblems(world.all('v1/Pod').filter((pod) => isOwnedBy(pod, object))),
    ],
  }
}

function progress(generation: number, replicasReady: boolean, have: number, wanted: number): string {
  if (generation <= 1) return `[1/2] Waiting for StatefulSet to create Pods (${have}/${wanted} Pods ready)`
  if (!replicasReady) return `[1/3] Waiting for StatefulSet update to roll out (${have}/${wanted} Pods ready)`
  return '[2/3] Waiting for StatefulSet to update .status.currentRevision'
}
