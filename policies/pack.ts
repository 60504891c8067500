import type { Policies, PolicyResource, ReportViolation, ResourceValidationArgs } from '@pulumi/policy'
import { evaluate, type Finding } from './evaluate.ts'
import type { Exception } from './exceptions.ts'
import { Field } from './field.ts'
import { plain } from './plain.ts'
import type { Resource, Rule } from './rule.ts'

/**
 * The rules as CrossGuard policies. Each rule is a mandatory policy and reports its violations; what could not be
 * verified and what an exception allows are advisory policies of their own, since a policy has one level only.
 */
export function asPolicies(rules: readonly Rule[], exceptions: readonly Exception[]): Policies {
  const look = (chosen: readonly Rule[], resource: Resource): Finding[] =>
    chosen.flatMap((rule) => evaluate(rule, resource, exceptions, new Date().toISOString().slice(0, 10)))

  return [
    ...rules.flatMap((rule) => mandatory(rule, (resource) => look([rule], resource))),
    {
      name: 'unverifiable',
      description: 'Not known at preview, so not verified; the rule looks again in the update.',
      enforcementLevel: 'advisory',
      validateResource: (args, report) => tell('unverifiable', look(rules, inputsOf(args)), report),
    },
    {
      name: 'exceptions-in-use',
      description: 'Allowed by policies/exceptions.ts.',
      enforcementLevel: 'advisory',
      validateResource: (args, report) => tell('excepted', look(rules, inputsOf(args)), report),
    },
  ]
}

function mandatory(rule: Rule, look: (resource: Resource) => Finding[]): Policies {
  const policy = {
    description: rule.title,
    enforcementLevel: 'mandatory',
    severity: rule.severity,
    remediationSteps: rule.fix,
    ...(rule.references[0] === undefined ? {} : { url: rule.references[0] }),
  } as const
  const onInputs: Policies = [
    { ...policy, name: rule.id, validateResource: (args, report) => tell('violation', look(inputsOf(args)), report) },
  ]
  if (rule.looksAt === 'inputs') return onInputs
  return [
    ...onInputs,
    {
      ...policy,
      name: `${rule.id}-in-outputs`,
      validateStack: (args, report) => {
        for (const resource of args.resources) tell('violation', look(outputsOf(resource)), report, resource.urn)
      },
    },
  ]
}

function tell(verdict: Finding['verdict'], findings: Finding[], report: ReportViolation, urn?: string): void {
  for (const finding of findings) if (finding.verdict === verdict) report(finding.message, urn)
}

function inputsOf(args: ResourceValidationArgs): Resource {
  return { type: args.type, name: args.name, properties: new Field(plain(args.props)) }
}

/** What the provider answered. Outputs are unknown in each preview that creates something: only the update can tell. */
function outputsOf(resource: PolicyResource): Resource {
  return { type: resource.type, name: resource.name, properties: new Field(plain(resource.props)) }
}
