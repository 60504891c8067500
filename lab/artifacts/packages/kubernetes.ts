/** The packages of pkgs.k8s.io that a node needs: the same names, versions, files and dependencies, from our own binaries. */
import { join } from 'node:path'
import { toolPath, toolVersion } from '../../../tools/tools.ts'
import type { Deb } from './deb.ts'

const file = (name: string) => join(import.meta.dirname, 'files', name)

/** Reads the tools' paths, so the tools must be there. */
export function kubernetesPackages(): Deb[] {
  const version = `${toolVersion('kubernetes').slice(1)}-1.1`
  const binary = (name: string) => ({ to: `/usr/bin/${name}`, from: toolPath(name), mode: 0o755 })
  return [
    {
      name: 'kubelet',
      version,
      description: 'Node agent for Kubernetes clusters',
      depends: ['iptables (>= 1.4.21)', 'kubernetes-cni (>= 1.2.0)', 'mount', 'util-linux'],
      files: [
        binary('kubelet'),
        { to: '/usr/lib/systemd/system/kubelet.service', from: file('kubelet.service') },
        { to: '/etc/default/kubelet', text: 'KUBELET_EXTRA_ARGS=\n' },
        { to: '/etc/kubernetes/manifests/.kubelet-keep' },
        { to: '/var/lib/kubelet/.kubelet-keep' },
      ],
      scripts: { postinst: file('kubelet.postinst.sh'), prerm: file('kubelet.prerm.sh'), postrm: file('kubelet.postrm.sh') },
    },
    {
      name: 'kubeadm',
      version,
      description: 'Command-line utility for administering a Kubernetes cluster',
      files: [binary('kubeadm'), { to: '/usr/lib/systemd/system/kubelet.service.d/10-kubeadm.conf', from: file('10-kubeadm.conf') }],
    },
    {
      name: 'kubectl',
      version,
      description: 'Command-line utility for interacting with a Kubernetes cluster',
      files: [binary('kubectl')],
    },
    {
      name: 'kubernetes-cni',
      version: `${toolVersion('cni-plugins').slice(1)}-1.1`,
      description: 'Binaries required to provision kubernetes container networking',
      files: [
        ...['bridge', 'host-local', 'loopback', 'portmap'].map((name) => ({ to: `/opt/cni/bin/${name}`, from: toolPath(name), mode: 0o755 })),
        { to: '/etc/cni/net.d/.kubernetes-cni-keep' },
      ],
    },
  ]
}
