import type { Exception } from './exceptions.ts'
import type { Fault, Resource, Rule } from './rule.ts'

/** A fault together with what a reader needs to act on it. */
export interface Finding {
  rule: Rule
  resource: Pick<Resource, 'type' | 'name'>
  path: string
  /** `excepted`: a violation that an entry of the exceptions allows until it expires. */
  verdict: Fault['kind'] | 'excepted'
  /** Field, fault, and the fix or the exception's reason; holds no value that may be a secret. */
  message: string
}

/**
 * What a rule finds in a resource, with the exceptions applied.
 * @param today YYYY-MM-DD (UTC), compared with the exceptions' last day
 */
export function evaluate(rule: Rule, resource: Resource, exceptions: readonly Exception[], today: string): Finding[] {
  const exception = exceptions.find(
    (entry) => entry.rule === rule.id && entry.resource === `${resource.type}::${resource.name}`,
  )
  return withoutRepeats(rule.check(resource)).map((fault) => ({
    rule,
    resource: { type: resource.type, name: resource.name },
    path: fault.path,
    ...judge(rule, fault, exception, today),
  }))
}

/** One unknown object hides several fields; it is told once. */
function withoutRepeats(faults: Fault[]): Fault[] {
  return [...new Map(faults.map((fault) => [JSON.stringify(fault), fault])).values()]
}

function judge(
  rule: Rule,
  fault: Fault,
  exception: Exception | undefined,
  today: string,
): Pick<Finding, 'verdict' | 'message'> {
  const what = `${fault.path} ${fault.message}.`
  if (fault.kind === 'unverifiable') return { verdict: 'unverifiable', message: `${what} Not verified: ${rule.title}` }
  if (exception === undefined) return { verdict: 'violation', message: `${what} Fix: ${rule.fix}` }
  if (holds(exception, today)) {
    return { verdict: 'excepted', message: `${what} Allowed until ${exception.expires}: ${exception.reason}` }
  }
  return {
    verdict: 'violation',
    message: `${what} The exception for it ended (expires: "${exception.expires}"). Fix: ${rule.fix}`,
  }
}

/** A date that is malformed or does not exist never holds. */
function holds(exception: Exception, today: string): boolean {
  const day = new Date(`${exception.expires}T00:00:00Z`)
  const exists = !Number.isNaN(day.valueOf()) && day.toISOString().slice(0, 10) === exception.expires
  return exists && today <= exception.expires
}
