import { evaluate, evaluateStack, type Finding } from '../../policies/evaluate.ts'
import type { Exception } from '../../policies/exceptions.ts'
import { Field } from '../../policies/field.ts'
import type { ActiveRule } from '../../policies/packs.ts'
import type { Resource } from '../../policies/rule.ts'
import { rules } from '../../policies/rules/index.ts'
import type { Changes } from '../../policies/stack.ts'
import { type Settings, settings as project } from '../../policies/settings.ts'

export function resource(type: string, properties: unknown, name = 'it'): Resource {
  return { type, name, properties: new Field(properties) }
}

/** Rules by their ids, each mandatory and in its own words. */
export function active(ids: RegExp): ActiveRule[] {
  return rules.filter(({ id }) => ids.test(id)).map((rule) => ({ rule, level: 'mandatory', title: rule.title }))
}

/** What the rules with these ids find, whatever pack they are in. */
export function only(ids: RegExp, settings: Settings = project) {
  const chosen = active(ids)
  const evaluateAll = (it: Resource, exceptions: readonly Exception[] = [], today = '2026-11-23'): Finding[] =>
    evaluate(chosen, it, { settings, exceptions, today })
  const inPreview = (resources: Resource[], changes?: Changes): string[] =>
    evaluateStack(chosen, resources, { settings, exceptions: [], today: '2026-11-23' }, changes).map((it) => `${it.verdict} ${it.rule.id} ${it.resource.name} ${it.path}`)
  return {
    evaluateAll,
    /** As `verdict rule path`. */
    findings: (type: string, properties: unknown): string[] => evaluateAll(resource(type, properties)).map(line),
    /** Of a stack, as `verdict rule resource path`. */
    inStack: (...resources: Resource[]): string[] => inPreview(resources),
    /** Of a stack in a preview, likewise. */
    inPreview,
  }
}

function line({ verdict, rule, path }: Finding): string {
  return `${verdict} ${rule.id} ${path}`
}

/** A pod spec that breaks no rule of the baseline standard. */
export const goodPodSpec = {
  containers: [
    { name: 'app', image: 'app:1', securityContext: { privileged: false, capabilities: { drop: ['ALL'] } } },
  ],
  volumes: [{ name: 'tmp', emptyDir: {} }],
}

export const command = 'command:remote:Command'
export const section = 'annex:host:HostSection'
export const items = (...list: unknown[]) => ({ document: { section: 'it', items: list } })
