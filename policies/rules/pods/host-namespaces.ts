import { checkPods } from '../../pods.ts'
import { refuse, type ResourceRule, show } from '../../rule.ts'

export const hostNamespaces: ResourceRule = {
  id: 'pods-host-namespaces',
  title: "No pod shares the node's network, process or IPC namespace.",
  severity: 'critical',
  frameworks: {
    pss: ['baseline', 'hostNamespaces'],
    cis: ['5.2.3', '5.2.4', '5.2.5'],
    nsa: ['Pod security: hostPID, hostIPC, hostNetwork'],
    mtb: ['Block use of host networking and ports', 'Block use of host PID', 'Block use of host IPC'],
  },
  why: "In the node's network a pod is past every NetworkPolicy and speaks as the node; in its process namespace it sees every tenant.",
  fix: 'Remove hostNetwork, hostPID and hostIPC, or set them to false; a platform pod that needs one goes into policies/exceptions.ts with a reason and an expiry.',
  url: 'https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline',
  looksAt: 'inputs',
  about: ['pods'],
  check: (resource) =>
    checkPods(resource, ({ spec }) =>
      ['hostNetwork', 'hostPID', 'hostIPC'].flatMap((name) => {
        const field = spec.get(name)
        return refuse(field, (value) => value === false, `is ${show(field.value)}, allowed is false`)
      }),
    ),
}
