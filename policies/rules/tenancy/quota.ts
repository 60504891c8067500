import type { Field } from '../../field.ts'
import type { StackRule } from '../../rule.ts'
import { tenantFaults } from './namespaces.ts'

export const quota: StackRule = {
  id: 'tenancy-quota',
  title: 'Every namespace of a tenant has a quota of processor and memory.',
  severity: 'medium',
  frameworks: { nsa: ['Resource policies'], mtb: ['Configure namespace resource quotas'] },
  why: 'Without one a tenant starves the others of the same nodes.',
  fix: 'Add a ResourceQuota with requests and limits of cpu and memory (TenantIsolation does).',
  url: 'https://kubernetes.io/docs/concepts/policy/resource-quotas/',
  looksAt: 'stack',
  check: (stack, settings) =>
    tenantFaults(stack, settings, 'ResourceQuota', (quotas) => {
      const whole = quotas.filter((quota) => scopesOf(quota).every(({ isUnknown }) => isUnknown))
      const unknown = whole.flatMap((quota) => [...scopesOf(quota), quota.get('spec', 'hard')]).find(({ isUnknown }) => isUnknown)
      const limited = whole.filter((quota) => scopesOf(quota).length === 0).flatMap((quota) => quota.get('spec', 'hard').entries().map(({ key }) => key.replace(/^(requests|limits)\./, '')))
      const missing = ['cpu', 'memory'].filter((name) => !limited.includes(name))
      return missing.length === 0 ? undefined : (unknown ?? `has no quota of ${missing.join(' and ')} for all of its pods`)
    }),
}

/** What a quota is restricted to some of the pods by. */
function scopesOf(quota: Field): Field[] {
  return [...quota.get('spec', 'scopes').items(), ...quota.get('spec', 'scopeSelector', 'matchExpressions').items()]
}
