import { expectPart, getObject } from '../ask.ts'
import { allOf, type Point } from '../point.ts'

export const node: Point = {
  number: 1,
  title: 'The VPS is a worker node of the cluster',
  check: async (system) => {
    const { object, evidence } = await getObject(system, ['node', system.worker.name])
    const ready = object?.status?.conditions?.find(({ type }: { type: string }) => type === 'Ready')
    const address = object?.status?.addresses?.find(({ type }: { type: string }) => type === 'InternalIP')
    return allOf([
      expectPart(evidence, ready?.status && `Ready=${ready.status}`, 'Ready=True'),
      expectPart(evidence, address?.address && `InternalIP=${address.address}`, `InternalIP=${system.worker.tunnelAddress}`),
    ])
  },
}
