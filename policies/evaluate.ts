import type { Exception } from './exceptions.ts'
import { objectsOf } from './kubernetes.ts'
import type { ActiveRule } from './packs.ts'
import { isRelease, podsOf } from './pods.ts'
import type { About, Fault, Resource, ResourceRule } from './rule.ts'
import type { Settings } from './settings.ts'
import { type Changes, Stack } from './stack.ts'

/** A fault together with what a reader needs to act on it. */
export interface Finding extends ActiveRule {
  /** Without what is in it, which may be a secret. */
  resource: Pick<Resource, 'type' | 'name' | 'origin'>
  path: string
  steps: readonly (string | number)[]
  /** `excepted`: a violation that an entry of the exceptions allows until it expires. */
  verdict: Fault['kind'] | 'excepted'
  /** Field, fault, and the fix or the exception's reason; holds no value that may be a secret. */
  message: string
}

/** What the rules are applied with. */
export interface Terms {
  settings: Settings
  exceptions: readonly Exception[]
  /** YYYY-MM-DD (UTC), compared with the exceptions' last day and with the end of tokens. */
  today: string
}

/** Today, as `Terms` has it. */
export function currentDay(): string {
  return new Date().toISOString().slice(0, 10)
}

/**
 * What the rules find in one resource, with the exceptions applied.
 * @param outputs the resource is what its provider answered: only rules that look at that are asked
 */
export function evaluate(rules: readonly ActiveRule[], resource: Resource, terms: Terms, outputs = false): Finding[] {
  const findings: Finding[] = []
  for (const active of rulesAbout(resource, rules, outputs)) {
    const faults = active.rule.check(resource, terms.settings, terms.today)
    if (faults.length > 0) findings.push(...withoutRepeats(faults).map((fault) => judge(active, resource, fault, terms)))
  }
  return findings
}

/** A rule about a resource by itself, as a pack has it. */
type ActiveResourceRule = ActiveRule & { rule: ResourceRule }

/** By contents: asking each rule for each resource would take longer than the rules. */
const asked = new WeakMap<readonly ActiveRule[], Map<string, readonly ActiveResourceRule[]>>()

/** Of outputs those that look at them, whatever the contents: they are too few to be chosen among. */
function rulesAbout(resource: Resource, rules: readonly ActiveRule[], outputs: boolean): readonly ActiveResourceRule[] {
  let known = asked.get(rules)
  if (known === undefined) asked.set(rules, (known = new Map()))
  const contents = outputs ? [] : contentsOf(resource)
  const key = outputs ? 'outputs' : contents.join()
  let those = known.get(key)
  if (those === undefined) {
    those = rules.filter((active): active is ActiveResourceRule => {
      const { rule } = active
      return rule.looksAt !== 'stack' && (outputs ? rule.looksAt === 'both' : isAbout(rule, contents))
    })
    known.set(key, those)
  }
  return those
}

/** Whether there is something in a resource for the rule to look at. */
export function isAbout({ about }: ResourceRule, contents: readonly About[]): boolean {
  return about === undefined || about.some((it) => contents.includes(it))
}

/** What there is in a resource, each once, so that most rules need not look at it. */
export function contentsOf(resource: Resource): About[] {
  const objects = objectsOf(resource)
  const contents = [...new Set(objects.filter(({ own }) => own).map(({ kind }) => kind as Capitalize<string>))] as About[]
  if (isRelease(resource) || podsOf(resource).length > 0) contents.push('pods')
  if (/^(annex:host|command):/.test(resource.type)) contents.push('hosts')
  if (/^(random|tls):/.test(resource.type)) contents.push('keys')
  return contents
}

/** What the stack rules find in the whole. @param changes what a preview says besides. Default: nothing */
export function evaluateStack(rules: readonly ActiveRule[], resources: readonly Resource[], terms: Terms, changes?: Changes): Finding[] {
  const stack = new Stack(resources, changes)
  return rules.flatMap((active) =>
    active.rule.looksAt !== 'stack'
      ? []
      : active.rule.check(stack, terms.settings).map(({ resource, fault }) => judge(active, resource, fault, terms)),
  )
}

/** How exceptions and reports call a resource. */
export function identity({ type, name }: Pick<Resource, 'type' | 'name'>): string {
  return `${type}::${name}`
}

/** One unknown object hides several fields; it is told once. */
function withoutRepeats(faults: Fault[]): Fault[] {
  if (faults.length === 1) return faults
  return [...new Map(faults.map((fault) => [`${fault.kind} ${fault.path} ${fault.message}`, fault])).values()]
}

function judge(active: ActiveRule, resource: Resource, fault: Fault, { exceptions, today }: Terms): Finding {
  const { rule, title } = active
  const { type, name, origin } = resource
  const finding = { ...active, resource: { type, name, origin }, path: fault.path, steps: fault.steps }
  const what = `${fault.path} ${fault.message}.`
  if (fault.kind === 'unverifiable') return { ...finding, verdict: 'unverifiable', message: `${what} Not verified: ${title}` }
  const exception = isShown(resource) ? exceptions.find((entry) => entry.rule === rule.id && entry.resource === identity(resource)) : undefined
  if (exception === undefined) return { ...finding, verdict: 'violation', message: `${what} Fix: ${rule.fix}` }
  if (holds(exception, today)) {
    return { ...finding, verdict: 'excepted', message: `${what} Allowed until ${exception.expires}: ${exception.reason}` }
  }
  return {
    ...finding,
    verdict: 'violation',
    message: `${what} The exception for it ${exception.reason.trim() === '' ? 'gives no reason' : `ended (expires: "${exception.expires}")`}. Fix: ${rule.fix}`,
  }
}

/** What stands for a name that is not shown (inputs/manifests.ts) stands for every other one of that length too. */
function isShown(resource: Resource): boolean {
  return !/\(\d+ characters\)/.test(identity(resource))
}

/** Without a reason, or with a date that is malformed or does not exist, it never holds. */
function holds(exception: Exception, today: string): boolean {
  if (exception.reason.trim() === '') return false
  const day = new Date(`${exception.expires}T00:00:00Z`)
  const exists = !Number.isNaN(day.valueOf()) && day.toISOString().slice(0, 10) === exception.expires
  return exists && today <= exception.expires
}
