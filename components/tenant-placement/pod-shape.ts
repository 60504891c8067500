/** Whether the part of a pod spec that placement reads has the shape of Kubernetes' API. */
import { z } from 'zod'

/** Kubernetes takes a null for a field that is not set, and charts leave many. */
const text = z.string().nullish()

const requirement = z.looseObject({ key: z.string(), operator: z.string(), values: z.array(z.string()).nullish() })
const term = z.looseObject({ matchExpressions: z.array(requirement).nullish(), matchFields: z.array(requirement).nullish() })

const shape = z.looseObject({
  nodeName: text,
  nodeSelector: z.record(z.string(), z.string()).nullish(),
  tolerations: z.array(z.looseObject({ key: text, operator: text, value: text, effect: text, tolerationSeconds: z.number().nullish() })).nullish(),
  affinity: z.looseObject({
    nodeAffinity: z.looseObject({
      requiredDuringSchedulingIgnoredDuringExecution: z.looseObject({ nodeSelectorTerms: z.array(term).nullish() }).nullish(),
      preferredDuringSchedulingIgnoredDuringExecution: z.array(z.looseObject({ weight: z.number(), preference: term })).nullish(),
    }).nullish(),
  }).nullish(),
})

/** Every fault of shape, with its path: `tolerations[0].key: expected string, received number`. Takes any value. */
export function shapeFaults(spec: unknown): string[] {
  const { error } = shape.safeParse(spec)
  return (error?.issues ?? []).map(({ path, message }) => `${pathText(path)}: ${message.replace(/^Invalid input: /, '')}`)
}

function pathText(path: PropertyKey[]): string {
  const text = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('')
  return text === '' ? 'the pod spec' : text.slice(1)
}
