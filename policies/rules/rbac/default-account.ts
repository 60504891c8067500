import type { Field } from '../../field.ts'
import { type Fault, refuse, type ResourceRule, unverifiable } from '../../rule.ts'
import { subjectsOf } from './roles.ts'

export const rbacDefaultAccount: ResourceRule = {
  id: 'rbac-default-account',
  title: 'No binding gives rights to the service account default of a namespace.',
  severity: 'medium',
  frameworks: { cis: ['5.1.5'], nsa: ['Authentication and authorization: least privilege'] },
  why: 'Every pod that names no service account runs as default, so each of them gets what was meant for one.',
  fix: 'Make a service account for the pods that need the role, name it in their serviceAccountName, and bind that one.',
  url: 'https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege',
  looksAt: 'inputs',
  about: ['RoleBinding', 'ClusterRoleBinding'],
  check: (resource) => subjectsOf(resource).flatMap(({ subject }) => faultsOf(subject)),
}

function faultsOf(subject: Field): Fault[] {
  const [kind, name] = [subject.get('kind'), subject.get('name')]
  if (kind.isUnknown) return isDefault('ServiceAccount', name.value) || isDefault('User', name.value) || name.isUnknown ? [unverifiable(kind)] : []
  if (kind.value !== 'ServiceAccount' && kind.value !== 'User') return []
  return refuse(name, (value) => !isDefault(kind.value, value), 'is the service account default')
}

/** As a user it has the name that the API server knows it by. */
function isDefault(kind: unknown, name: unknown): boolean {
  return kind === 'User' ? typeof name === 'string' && /^system:serviceaccount:[^:]*:default$/.test(name) : name === 'default'
}
