import type { ResourceRule } from '../../rule.ts'
import { granting } from './roles.ts'

export const rbacWebhooks: ResourceRule = {
  id: 'rbac-webhooks',
  title: 'No role changes admission webhooks or admission policies.',
  severity: 'critical',
  frameworks: { cis: ['5.1.12'] },
  why: 'A webhook sees and changes every object that is written, secrets included; without the policies tenants are held by nothing.',
  fix: 'Remove the write verbs on the resources of admissionregistration.k8s.io.',
  url: 'https://kubernetes.io/docs/concepts/security/rbac-good-practices/#control-admission-webhooks',
  looksAt: 'inputs',
  about: ['Role', 'ClusterRole'],
  check: (resource) => granting(resource, { groups: ['admissionregistration.k8s.io'], resources: ['validatingwebhookconfigurations', 'mutatingwebhookconfigurations', 'validatingadmissionpolicies', 'validatingadmissionpolicybindings', 'mutatingadmissionpolicies', 'mutatingadmissionpolicybindings'], verbs: ['create', 'update', 'patch', 'delete', 'deletecollection'] }),
}
