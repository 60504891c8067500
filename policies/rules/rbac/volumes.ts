import type { ResourceRule } from '../../rule.ts'
import { granting } from './roles.ts'

export const rbacVolumes: ResourceRule = {
  id: 'rbac-volumes',
  title: 'No role makes PersistentVolumes.',
  severity: 'high',
  frameworks: { cis: ['5.1.9'], mtb: ['Restrict access to cluster-scoped resources'] },
  why: 'A PersistentVolume may be any path of a node: who makes one reads the node.',
  fix: 'Remove create on persistentvolumes; tenants make claims, the platform makes volumes.',
  url: 'https://kubernetes.io/docs/concepts/security/rbac-good-practices/#persistent-volume-creation',
  looksAt: 'inputs',
  check: (resource) => granting(resource, { groups: [''], resources: ['persistentvolumes'], verbs: ['create', 'update', 'patch'] }),
}
