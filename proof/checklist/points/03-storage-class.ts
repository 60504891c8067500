import { storageClassName } from '../../../components/local-storage/render.ts'
import { expectPart, getObject } from '../ask.ts'
import { allOf, type Point } from '../point.ts'

export const storageClass: Point = {
  number: 3,
  title: 'The storage class exists, and the VPS has volumes of it',
  check: async (system) => {
    const found = await getObject(system, ['storageclass', storageClassName])
    const volumes = await getObject(system, ['persistentvolumes', '-l', `kubernetes.io/hostname=${system.worker.name}`])
    const own = (volumes.object?.items ?? []).filter(({ spec }: any) => spec.storageClassName === storageClassName)
    const usable = own.filter(({ status }: any) => ['Available', 'Bound'].includes(status?.phase))
    return allOf([
      expectPart(found.evidence, found.object?.volumeBindingMode, 'WaitForFirstConsumer'),
      {
        holds: own.length > 0 && usable.length === own.length,
        evidence: { command: volumes.evidence.command, answer: own.map(({ metadata, status, spec }: any) => `${metadata.name} ${spec.capacity.storage} ${status.phase}`).join(', ') || 'none' },
      },
    ])
  },
}
