import { checkPods } from '../../pods.ts'
import { demand, type ResourceRule, show } from '../../rule.ts'

export const noToken: ResourceRule = {
  id: 'supply-no-token',
  title: 'No pod has a token for the API server that it does not ask for.',
  severity: 'low',
  frameworks: { cis: ['5.1.5', '5.1.6'], nsa: ['Authentication and authorization: service account tokens'] },
  why: 'Who gets into the pod gets the token too, and with it whatever its service account may do.',
  fix: 'Set automountServiceAccountToken of the pod to false; a pod that needs the API says true, with a service account of its own.',
  url: 'https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#opt-out-of-api-credential-automounting',
  looksAt: 'inputs',
  check: (resource) =>
    checkPods(resource, ({ spec, partial }) => {
      const [mount, account] = [spec.get('automountServiceAccountToken'), spec.get('serviceAccountName')]
      if (partial && mount.isAbsent) return []
      if (mount.value === true && !account.isAbsent && account.value !== 'default') return []
      return demand(mount, (value) => value === false, `is ${show(mount.value)}, needed is false, or true with a serviceAccountName of its own`)
    }),
}
