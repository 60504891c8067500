import { checkPods } from '../../pods.ts'
import { refuse, type ResourceRule } from '../../rule.ts'

export const hostPath: ResourceRule = {
  id: 'pods-host-path',
  title: 'No pod mounts a path of the node.',
  severity: 'critical',
  frameworks: { pss: ['baseline', 'hostPathVolumes'], cis: ['5.2.12'], nsa: ['Pod security: hostPath'], mtb: ['Block use of bind mounts'] },
  why: "A path of the node holds other tenants' data, the kubelet's credentials or the runtime's socket.",
  fix: 'Use a claim on local-storage-vps, an emptyDir, a ConfigMap or a projected volume; a platform pod that needs the path goes into policies/exceptions.ts.',
  url: 'https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline',
  looksAt: 'inputs',
  about: ['pods'],
  check: (resource) =>
    checkPods(resource, ({ spec }) =>
      spec
        .get('volumes')
        .items()
        .flatMap((volume) => refuse(volume.get('hostPath'), () => false, 'is set (the path is not shown)')),
    ),
}
