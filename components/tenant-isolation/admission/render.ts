/** The admission rules of all tenants as policies of the API server, each with its binding. They are few, however many tenants there are. */
import { ownLabels, tenantLabel } from '../names.ts'
import type { AdmissionRule, MutationRule } from './rule.ts'

const platform = 'authorizer.group("").resource("namespaces").namespace(request.namespace).name(request.namespace).check("delete").allowed()'
const unchanged = 'oldObject != null && oldObject.?spec == object.?spec && oldObject.metadata.?annotations == object.metadata.?annotations'
const everyTenant = { matchResources: { namespaceSelector: { matchLabels: tenantLabel } } }

/** A ValidatingAdmissionPolicy (v1, Kubernetes 1.30) and its binding; both fail closed. */
export function renderValidation(rule: AdmissionRule) {
  const metadata = policyMetadata(rule)
  return {
    policy: {
      metadata,
      spec: {
        failurePolicy: 'Fail',
        matchConstraints: {
          resourceRules: resourceRules(rule),
          ...(rule.labels === undefined ? {} : { objectSelector: { matchLabels: rule.labels } }),
        },
        ...matchConditions([
          ...(rule.exceptPlatform ? [{ name: 'not-the-platform', expression: `!${platform}` }] : []),
          ...(rule.exceptUnchanged ? [{ name: 'changed', expression: `!(${unchanged})` }] : []),
        ]),
        ...variables(rule),
        validations: rule.validations.map(({ expression, message }) => ({ expression: oneLine(expression), messageExpression: message, reason: 'Forbidden' })),
      },
    },
    binding: { metadata, spec: { policyName: metadata.name, validationActions: ['Deny'], ...everyTenant } },
  }
}

/** A MutatingAdmissionPolicy (v1, Kubernetes 1.36) and its binding. */
export function renderMutation(rule: MutationRule) {
  const metadata = policyMetadata(rule)
  return {
    policy: {
      metadata,
      spec: {
        failurePolicy: 'Fail',
        reinvocationPolicy: 'IfNeeded',
        ...(rule.everyOne === undefined ? {} : { paramKind: rule.everyOne }),
        matchConstraints: { resourceRules: resourceRules(rule) },
        ...(rule.when === undefined ? {} : { matchConditions: [{ name: 'only-then', expression: rule.when }] }),
        ...variables(rule),
        mutations: [{ patchType: 'ApplyConfiguration', applyConfiguration: { expression: oneLine(rule.apply) } }],
      },
    },
    binding: { metadata, spec: { policyName: metadata.name, ...(rule.everyOne === undefined ? {} : { paramRef: { selector: {}, parameterNotFoundAction: 'Allow' } }), ...everyTenant } },
  }
}

function policyMetadata({ name, title }: Pick<AdmissionRule, 'name' | 'title'>) {
  return { name: `annex-tenant-${name}`, labels: ownLabels('annex', 'admission'), annotations: { 'annex/promise': title } }
}

function resourceRules({ resources }: Pick<AdmissionRule, 'resources'>) {
  return resources.map((rule) => ({ ...rule, apiVersions: ['*'] }))
}

function matchConditions(conditions: { name: string; expression: string }[]) {
  return conditions.length === 0 ? {} : { matchConditions: conditions }
}

function variables({ variables: named }: Pick<AdmissionRule, 'variables'>) {
  return named === undefined ? {} : { variables: Object.entries(named).map(([name, expression]) => ({ name, expression })) }
}

function oneLine(expression: string): string {
  return expression.replace(/\s*\n\s*/g, ' ').trim()
}
