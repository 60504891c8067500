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
  check: (stack, settings) => tenantFaults(stack, settings, 'LimitRange', (ranges) => (ranges.length > 0 ? undefined : 'has no LimitRange')),
}
