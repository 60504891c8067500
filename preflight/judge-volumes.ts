/** Whether volumes that the configuration no longer has are free to go: data is not lost by an edit. */
import type { VolumeFacts } from './cluster.ts'

/**
 * @param wanted names of the PersistentVolumes that the configuration asks for
 * @param stack only volumes that this stack has made
 * @returns one sentence for each that is in the way: what was seen, the fix
 */
export function judgeVolumes(wanted: string[], stack: string, volumes: VolumeFacts[]): string[] {
  return volumes.filter((it) => it.stack === stack && !wanted.includes(it.name)).flatMap(({ name, size, phase, claim, reclaim }) => {
    const gone = `the volume ${name} (${size}) is no longer in annex:workers`
    if (phase === 'Bound') return [`${gone}, but the claim ${claim} has its data there: put it back, or back it up if need be (docs/storage.md), end the pods that use it (of a host that is gone: "A worker does not answer" in docs/operations.md) and delete the claim: kubectl delete persistentvolumeclaim -n ${claim?.replace('/', ' ')}`]
    // With reclaim: wipe its data was given up with its claim, and the host is about to wipe it.
    if (phase === 'Released' && reclaim !== 'wipe') return [`${gone}, but still holds what the claim ${claim} has left: put it back; or, if its data may go: kubectl delete persistentvolume ${name}`]
    return []
  })
}
