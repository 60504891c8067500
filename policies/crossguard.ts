import type { Policies, PolicyResource, ReportViolation, ResourceValidationPolicy, StackValidationPolicy } from '@pulumi/policy'
import { currentDay, evaluate, evaluateStack, type Finding, type Terms } from './evaluate.ts'
import { Field } from './field.ts'
import type { ActiveRule } from './packs.ts'
import type { Resource } from './rule.ts'

type Verdict = Finding['verdict']

/** What the rules are applied with, here: the day is that on which the run began. */
export interface PackTerms extends Omit<Terms, 'today'> {
  /** Whether Pulumi puts right what a rule can say the right value of. Default: false. */
  remediate?: boolean
}

/**
 * The rules as CrossGuard policies, each with its level. What could not be verified and what an exception allows are advisory
 * policies of their own, since a policy has one level only.
 *
 * The SDK unpacks the properties anew for each policy that it asks, which with some eighty policies would take milliseconds a resource. So
 * this list is not read as an ordinary array: each reading begins with two policies that look once for all the others, and
 * then yields only those that have something to report. Where nothing was looked at (the SDK registers the pack), it yields all.
 */
export function asPolicies(rules: readonly ActiveRule[], terms: PackTerms): Policies {
  return new PoliciesAskedOnce(rules, terms)
}

class PoliciesAskedOnce extends Array<ResourceValidationPolicy | StackValidationPolicy> {
  readonly #rules: readonly ActiveRule[]
  readonly #terms: Terms & PackTerms
  /** Each looks for itself. Made once, since the engine asks for what to put right, and so for the list, before each resource. */
  readonly #apart: readonly (ResourceValidationPolicy | StackValidationPolicy)[]

  constructor(rules: readonly ActiveRule[], terms: PackTerms) {
    super()
    this.#rules = rules
    this.#terms = { ...terms, today: currentDay() }
    this.#apart = [...new Look(this.#rules, this.#terms).rest()]
  }

  override *[Symbol.iterator](): ArrayIterator<ResourceValidationPolicy | StackValidationPolicy> {
    const look = new Look(this.#rules, this.#terms)
    yield* look.first()
    const { found } = look
    if (found === undefined) yield* this.#apart
    else if (found.length > 0) yield* look.rest()
  }
}

/** One reading of the list: what was found in the resource, or the stack, that is being asked about. */
class Look {
  readonly #rules: readonly ActiveRule[]
  readonly #terms: Terms & PackTerms
  #found: { resource?: Finding[]; stack?: Finding[] } = {}

  constructor(rules: readonly ActiveRule[], terms: Terms & PackTerms) {
    this.#rules = rules
    this.#terms = terms
  }

  /** Undefined where it did not look; most often there is nothing to report. */
  get found(): readonly Finding[] | undefined {
    return this.#found.resource ?? this.#found.stack
  }

  *first(): Generator<ResourceValidationPolicy | StackValidationPolicy> {
    const description = 'Not known at preview, so not verified; the rule looks again in the update.'
    yield {
      name: 'unverifiable',
      description,
      enforcementLevel: 'advisory',
      validateResource: (args, report) => {
        this.#found.resource = evaluate(this.#rules, resourceOf(args), this.#terms)
        tell(this.#found.resource, 'unverifiable', report)
      },
    }
    yield {
      name: 'unverifiable-in-stack',
      description,
      enforcementLevel: 'advisory',
      validateStack: ({ resources }, report) => {
        this.#found.stack = this.#inStack(resources)
        tell(this.#found.stack, 'unverifiable', report)
      },
    }
  }

  *rest(): Generator<ResourceValidationPolicy | StackValidationPolicy> {
    for (const active of this.#rules) yield* this.#policies(active)
    yield* this.#last()
  }

  *#policies(active: ActiveRule): Generator<ResourceValidationPolicy | StackValidationPolicy> {
    const { rule, level, title } = active
    const policy = { description: title, enforcementLevel: level, severity: rule.severity, remediationSteps: rule.fix, url: rule.url } as const
    const own = (findings: Finding[] | undefined) => findings?.filter((finding) => finding.rule === rule)
    const { resource, stack } = this.#found
    if (rule.looksAt !== 'stack' && worthwhile(own(resource), stack)) {
      yield { ...policy, ...this.#remediation(active), name: rule.id, validateResource: (args, report) => tell(own(this.#found.resource) ?? evaluate([active], resourceOf(args), this.#terms), 'violation', report) }
    }
    if (rule.looksAt !== 'inputs' && worthwhile(own(stack), resource)) {
      const name = rule.looksAt === 'both' ? `${rule.id}-in-outputs` : rule.id
      yield { ...policy, name, validateStack: ({ resources }, report) => tell(own(this.#found.stack ?? this.#inStack(resources))!, 'violation', report) }
    }
  }

  /** A policy that puts right is asked before all others, and judges like a mandatory one what it could not put right. */
  #remediation(active: ActiveRule): Pick<ResourceValidationPolicy, 'enforcementLevel' | 'remediateResource'> {
    const { rule } = active
    if (this.#terms.remediate !== true || rule.looksAt === 'stack' || rule.repaired === undefined) return {}
    const { repaired } = rule
    return {
      enforcementLevel: 'remediate',
      remediateResource: (args) => {
        const resource = resourceOf(args)
        const repairs = evaluate([active], resource, this.#terms).filter(({ verdict, steps }) => verdict === 'violation' && !steps.includes('__proto__')).flatMap(({ path, steps, message }) => {
          const value = repaired({ kind: 'violation', path, steps, message }, holderOf(resource.properties, steps))
          return value === undefined ? [] : [{ steps, value }]
        })
        for (const { steps, value } of repairs) put(args.props, steps, value)
        return repairs.length === 0 ? undefined : args.props
      },
    }
  }

  *#last(): Generator<ResourceValidationPolicy | StackValidationPolicy> {
    const description = 'Allowed by policies/exceptions.ts.'
    const { resource, stack } = this.#found
    const excepted = (findings: Finding[] | undefined) => findings?.filter(({ verdict }) => verdict === 'excepted')
    if (worthwhile(excepted(resource), stack)) {
      yield {
        name: 'exceptions-in-use',
        description,
        enforcementLevel: 'advisory',
        validateResource: (args, report) => tell(this.#found.resource ?? evaluate(this.#rules, resourceOf(args), this.#terms), 'excepted', report),
      }
    }
    if (worthwhile(excepted(stack), resource)) {
      yield {
        name: 'exceptions-in-stack',
        description,
        enforcementLevel: 'advisory',
        validateStack: ({ resources }, report) => tell(this.#found.stack ?? this.#inStack(resources), 'excepted', report),
      }
    }
  }

  /** Outputs are unknown in each preview that creates something: only the update can tell what is in them. */
  #inStack(all: readonly PolicyResource[]): Finding[] {
    const resources = all.map((it) => resourceOf(it))
    const inOutputs = resources.flatMap((resource) => evaluate(this.#rules, resource, this.#terms, true)).filter(({ verdict }) => verdict !== 'unverifiable')
    return [...inOutputs, ...evaluateStack(this.#rules, resources, this.#terms)]
  }
}

/** A policy is asked where it found something; where nothing was asked of either kind, the list is being registered. */
function worthwhile(own: Finding[] | undefined, other: Finding[] | undefined): boolean {
  return own === undefined ? other === undefined : own.length > 0
}

function tell(findings: readonly Finding[], verdict: Verdict, report: ReportViolation): void {
  for (const { verdict: its, message, resource } of findings) {
    if (its === verdict) report(message, resource.origin !== undefined && 'urn' in resource.origin ? resource.origin.urn : undefined)
  }
}

function holderOf(properties: Field, steps: readonly (string | number)[]): Field {
  return steps.slice(0, -1).reduce((field: Field, step) => (typeof step === 'number' ? field.items()[step]! : field.get(step)), properties)
}

/** In place, because CrossGuard keeps a secret's value a secret only where it is written through its own proxy. */
function put(properties: Record<string, any>, steps: readonly (string | number)[], value: unknown): void {
  let holder = properties
  for (const step of steps.slice(0, -1)) holder = holder[step] ??= {}
  holder[steps.at(-1)!] = value
}

/** Key under which CrossGuard's proxy gives what is behind it (@pulumi/policy, proxy.js). */
const TARGET = '__getSpecialProxyTarget'

/**
 * Secrets come in plaintext and unmarked. CrossGuard's proxy throws when an unknown value is read, which would end a rule at its first
 * unknown field, and takes microseconds for each read; what is behind it has the marks themselves.
 */
function resourceOf({ type, name, props, urn }: Pick<PolicyResource, 'type' | 'name' | 'props' | 'urn'>): Resource {
  return { type, name, properties: new Field(props[TARGET] ?? props), origin: { urn } }
}
