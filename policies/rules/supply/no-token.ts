import type { KubernetesObject } from '../../kubernetes.ts'
import { checkPods, type Pod } from '../../pods.ts'
import { demand, type Fault, show, type StackRule } from '../../rule.ts'
import { namespaceOf, type Stack } from '../../stack.ts'

export const noToken: StackRule = {
  id: 'supply-no-token',
  title: 'No pod has a token for the API server that it does not ask for.',
  severity: 'low',
  frameworks: { cis: ['5.1.5', '5.1.6'], nsa: ['Authentication and authorization: service account tokens'] },
  why: 'Who gets into the pod gets the token too, and with it whatever its service account may do.',
  fix: 'Set automountServiceAccountToken of the pod, or of its service account, to false; a pod that needs the API says true, with a service account of its own.',
  url: 'https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#opt-out-of-api-credential-automounting',
  looksAt: 'stack',
  check: (stack) => stack.resources.flatMap((resource) => checkPods(resource, (pod) => faultsOf(pod, stack)).map((fault) => ({ resource, fault }))),
}

function faultsOf({ spec, partial, owner }: Pod, stack: Stack): Fault[] {
  const [mount, named] = [spec.get('automountServiceAccountToken'), spec.get('serviceAccountName')]
  // The name that it had at first, which the API server still takes.
  const account = named.isAbsent ? spec.get('serviceAccount') : named
  if (mount.isAbsent && (partial || isOffFor(account.value ?? 'default', owner, stack))) return []
  if (mount.value === true && !account.isAbsent && account.value !== 'default') return []
  const message = `is ${show(mount.value)}, needed is false, or true with a serviceAccountName of its own`
  return mount.isAbsent ? [stack.missing(mount, message)] : demand(mount, (value) => value === false, message)
}

/** A pod that does not say gets what its service account says, where that one is seen too. */
function isOffFor(name: unknown, { object }: KubernetesObject, stack: Stack): boolean {
  const namespace = namespaceOf(object)
  if (namespace === undefined) return false
  const accounts = stack.within(namespace, 'ServiceAccount').objects
  return accounts.some((account) => account.object.get('metadata', 'name').value === name && account.object.get('automountServiceAccountToken').value === false)
}
