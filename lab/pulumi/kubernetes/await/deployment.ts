import { podProblems } from './pod.ts'
import { conditions, isOwnedBy, type Rule, type Situation, type Verdict } from './rule.ts'
import type { KubernetesObject } from '../objects.ts'

const REVISION = 'deployment.kubernetes.io/revision'

/** Ready when the ReplicaSet of the newest revision has all its pods ready, and the Deployment says that it is available. */
export const deploymentRule: Rule = {
  related: ['apps/v1/ReplicaSet', 'v1/Pod', 'v1/PersistentVolumeClaim'],
  atRead: true,
  judge,
}

function judge({ object, before, world }: Situation): Verdict {
  const { generation, annotations } = object.metadata!
  if (object.status?.observedGeneration !== generation) return { ready: false, reasons: ['Minimum number of live Pods was not attained'] }

  const revision = annotations?.[REVISION]
  const replicaSets = world.all('apps/v1/ReplicaSet').filter((set) => isOwnedBy(set, object))
  const newest = replicaSets.find((set) => set.metadata?.annotations?.[REVISION] === revision)
  const available = condition(object, 'Available')?.status === 'True'
  const progressing = condition(object, 'Progressing')
  const rolledOut = progressing?.reason === 'NewReplicaSetAvailable' && progressing.status === 'True'
  const unbound = unboundClaims(object, world.all('v1/PersistentVolumeClaim'))
  const wanted = newest?.spec?.replicas ?? 1
  const have = newest?.status?.readyReplicas ?? 0
  const replicasReady = newest !== undefined && have >= wanted
  // The first revision has nothing to roll away from.
  const ready = available && replicasReady && unbound.length === 0 && (revision === '1' || rolledOut)
  if (ready) {
    return { ready, status: [{ severity: 'info', message: '✅ Deployment initialization complete' }, ...scaledToZero(object, wanted)] }
  }

  const complaints = [progressing, condition(object, 'Available')].flatMap((found) =>
    found && found.status !== 'True' && found.reason && found.message ? [`[${found.reason}] ${found.message}`] : [],
  )
  const waiting = newest && !replicasReady ? [`Waiting for app ReplicaSet to be available (${have}/${wanted} Pods available)`] : []
  return {
    ready,
    status: [...complaints.map((message) => ({ severity: 'warning' as const, message })), ...waiting.map((message) => ({ severity: 'info' as const, message }))],
    reasons: [
      ...complaints,
      ...(unbound.length > 0 ? [`Failed to bind PersistentVolumeClaim(s): "${unbound.join(',')}"`] : []),
      ...missing({ available, first: revision === '1' || before === undefined, rolledOut, replicasReady }),
      ...podProblems(world.all('v1/Pod').filter((pod) => newest && isOwnedBy(pod, newest))),
    ],
  }
}

function missing(state: { available: boolean; first: boolean; rolledOut: boolean; replicasReady: boolean }): string[] {
  if (!state.available) return ['Minimum number of live Pods was not attained']
  if (state.first && !state.replicasReady) return ['Minimum number of Pods to consider the application live was not attained']
  if (!state.rolledOut) return ['Minimum number of Pods to consider the application live was not attained']
  return state.replicasReady ? [] : ['Attempted to roll forward to new ReplicaSet, but minimum number of Pods did not become live']
}

function condition(object: KubernetesObject, type: string) {
  return conditions(object).find((candidate) => candidate.type === type)
}

function scaledToZero(object: KubernetesObject, wanted: number) {
  return wanted === 0 ? [{ severity: 'warning' as const, message: `Replicas scaled to 0 for Deployment "${object.metadata!.name}"` }] : []
}

/** Claims that the pods mount and that have no volume yet. */
function unboundClaims(object: KubernetesObject, claims: KubernetesObject[]): string[] {
  const used = (object.spec?.template?.spec?.volumes ?? []).map((volume: any) => volume.persistentVolumeClaim?.claimName)
  return claims.filter(({ metadata, status }) => used.includes(metadata!.name) && status?.phase !== 'Bound').map(({ metadata }) => metadata!.name!)
}
