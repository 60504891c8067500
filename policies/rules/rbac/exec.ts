import type { ResourceRule } from '../../rule.ts'
import { granting } from './roles.ts'

export const rbacExec: ResourceRule = {
  id: 'rbac-exec',
  title: 'No role lets its holder run commands in pods, or reach their ports past the network policies.',
  severity: 'high',
  frameworks: { nsa: ['Authentication and authorization: least privilege'] },
  why: 'Who may exec into a pod has its service account, its secrets and its network; port-forward and attach come close to it.',
  fix: 'Remove pods/exec, pods/attach and pods/portforward; give them for the time of an incident only.',
  url: 'https://kubernetes.io/docs/concepts/security/rbac-good-practices/',
  looksAt: 'inputs',
  about: ['Role', 'ClusterRole'],
  check: (resource) => granting(resource, { groups: [''], resources: ['pods/exec', 'pods/attach', 'pods/portforward', 'pods/ephemeralcontainers', 'pods/proxy', 'services/proxy'], verbs: ['create', 'get', 'update', 'patch'] }),
}
