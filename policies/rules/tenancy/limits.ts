import type { Field } from '../../field.ts'
import type { StackRule } from '../../rule.ts'
import { tenantFaults } from './namespaces.ts'

export const limits: StackRule = {
  id: 'tenancy-limits',
  title: 'Every namespace of a tenant has default limits for containers that state none.',
  severity: 'low',
  frameworks: { nsa: ['Resource policies'], mtb: ['Configure namespace object limits'] },
  why: 'Where a quota is in force, a container without limits is refused; where none is, it takes the whole node.',
  fix: 'Add a LimitRange with default and defaultRequest for the type Container (TenantIsolation does).',
  url: 'https://kubernetes.io/docs/concepts/policy/limit-range/',
  looksAt: 'stack',
  check: (stack, settings) => tenantFaults(stack, settings, 'LimitRange', (ranges) => {
    const entries = ranges.flatMap((range) => range.get('spec', 'limits').items()).filter((entry) => mayBe(entry.get('type'), 'Container'))
    const fields = entries.map((entry) => [entry.get('type'), ...DEFAULTS.map((name) => entry.get(name))])
    if (fields.some(([type, ...limits]) => !type!.isUnknown && limits.some((limit) => !limit.isUnknown && (limit.has('cpu') || limit.has('memory'))))) return undefined
    return fields.flat().find(({ isUnknown }) => isUnknown) ?? 'has no LimitRange with a default for the type Container'
  }),
}

/** Where no default is given, the API server takes the highest that is allowed. */
const DEFAULTS = ['default', 'max']

function mayBe(field: Field, wanted: string): boolean {
  return field.isUnknown || field.value === wanted
}
