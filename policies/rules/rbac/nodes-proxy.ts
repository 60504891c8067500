import type { ResourceRule } from '../../rule.ts'
import { granting } from './roles.ts'

export const rbacNodesProxy: ResourceRule = {
  id: 'rbac-nodes-proxy',
  title: 'No role reaches the kubelet through the API server.',
  severity: 'critical',
  frameworks: { cis: ['5.1.10'], nsa: ['Authentication and authorization: least privilege'] },
  why: "The kubelet's API runs commands in every pod of the node, past audit and admission.",
  fix: 'Remove nodes/proxy; metrics are nodes/metrics, logs are pods/log.',
  url: 'https://kubernetes.io/docs/concepts/security/rbac-good-practices/#access-to-proxy-subresource-of-nodes',
  looksAt: 'inputs',
  about: ['Role', 'ClusterRole'],
  check: (resource) => granting(resource, { groups: [''], resources: ['nodes/proxy'], verbs: ['get', 'create', 'update', 'patch', 'delete'] }),
}
