import { checkPods } from '../../kubernetes.ts'
import { refuse, type Rule, show } from '../../rule.ts'

export const hostNamespaces: Rule = {
  id: 'pods-host-namespaces',
  title: "No pod shares the node's network, process or IPC namespace.",
  severity: 'critical',
  why: "In the node's network a pod is past every NetworkPolicy and speaks as the node; in its process namespace it sees every tenant.",
  fix: 'Remove hostNetwork, hostPID and hostIPC, or set them to false; a platform pod that needs one goes into policies/exceptions.ts with a reason and an expiry.',
  references: ['https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline'],
  looksAt: 'inputs',
  check: (resource) =>
    checkPods(resource, (podSpec) =>
      ['hostNetwork', 'hostPID', 'hostIPC'].flatMap((name) => {
        const field = podSpec.get(name)
        return refuse(field, (value) => value === false, `is ${show(field.value)}, allowed is false`)
      }),
    ),
}
