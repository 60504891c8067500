import { evaluate, type Finding } from '../../policies/evaluate.ts'
import type { Exception } from '../../policies/exceptions.ts'
import { Field } from '../../policies/field.ts'
import type { Resource } from '../../policies/rule.ts'
import { rules } from '../../policies/rules/index.ts'

export function resource(type: string, properties: unknown, name = 'it'): Resource {
  return { type, name, properties: new Field(properties) }
}

/** What the whole pack finds, as `verdict rule path`. */
export function findings(type: string, properties: unknown): string[] {
  return evaluateAll(resource(type, properties)).map(({ verdict, rule, path }) => `${verdict} ${rule.id} ${path}`)
}

export function evaluateAll(it: Resource, exceptions: readonly Exception[] = [], today = '2026-11-23'): Finding[] {
  return rules.flatMap((rule) => evaluate(rule, it, exceptions, today))
}

/** A pod spec that breaks no rule. */
export const goodPodSpec = {
  containers: [
    { name: 'app', image: 'app:1', securityContext: { privileged: false, capabilities: { drop: ['ALL'] } } },
  ],
  volumes: [{ name: 'tmp', emptyDir: {} }],
}
