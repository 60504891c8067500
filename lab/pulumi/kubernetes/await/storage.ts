import { isObject, equal } from '../../plugin/values.ts'
import type { Rule } from './rule.ts'

const MINUTE = 60_000
const polled = (name: string) => `Timeout occurred polling for '${name}'`

export const persistentVolumeRule: Rule = {
  related: [],
  atRead: false,
  limit: 5 * MINUTE,
  timedOut: polled,
  judge({ object }) {
    const phase = object.status?.phase
    if (phase === 'Available') return { ready: true, status: [{ severity: 'info', message: '✅ PV marked available' }] }
    if (phase === 'Bound') return { ready: true, status: [{ severity: 'info', message: '✅ PV has been bound' }] }
    return { ready: false }
  },
}

/** Bound; or pending, where the storage class waits for a pod to use the claim. */
export const persistentVolumeClaimRule: Rule = {
  related: ['storage.k8s.io/v1/StorageClass'],
  atRead: false,
  limit: 5 * MINUTE,
  timedOut: polled,
  judge({ object, before, world }) {
    const phase = object.status?.phase
    const storageClass = world.all('storage.k8s.io/v1/StorageClass').find(({ metadata }) => metadata!.name === object.spec?.storageClassName)
    if (before && phase === 'Bound') return { ready: true }
    return { ready: phase === (storageClass?.volumeBindingMode === 'WaitForFirstConsumer' ? 'Pending' : 'Bound') }
  },
}

/** The quota's controller has taken over what is asked for. */
export const resourceQuotaRule: Rule = {
  related: [],
  atRead: false,
  limit: MINUTE,
  timedOut: polled,
  judge({ object }) {
    const { hard } = object.spec ?? {}
    return { ready: isObject(hard) && equal(hard, object.status?.hard) }
  },
}
