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
      const limited = quotas.flatMap((quota) => quota.get('spec', 'hard').entries().map(({ key }) => key.replace(/^(requests|limits)\./, '')))
      const missing = ['cpu', 'memory'].filter((name) => !limited.includes(name))
      return missing.length === 0 ? undefined : `has no quota of ${missing.join(' and ')}`
    }),
}
