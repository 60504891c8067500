/**
 * The tools the project builds or downloads itself: one entry per set of binaries that comes from one place.
 * The order is the order of building; a later set finds what earlier ones compiled in Go's build cache.
 */

export interface ToolSet {
  /** Also the folder with the set's go.mod, beside this file. */
  name: string
  version: string
  /** Binary -> Go package that makes it; '.' is a main of ours in the set's folder. */
  packages: Record<string, string>
  tags?: string
  ldflags: string
  /** Seconds that the build took on 2 cores, in this order, with modules already downloaded: for the time left only. */
  seconds: number
  /**
   * The official release for linux/amd64. Left out where no checksum could be verified against a second source;
   * such a set is built.
   */
  download?: {
    url: string
    /** Of the archive at `url`. `checksumFrom` says where it was read. */
    sha256: string
    checksumFrom: string
    /** Binary -> path inside the archive (tar, gzip). */
    members: Record<string, string>
  }
}

const stripped = '-s -w'
const componentBase = 'k8s.io/component-base/version'
const kubespray = 'kubespray, roles/kubespray_defaults/vars/main/checksums.yml, 2026-08-21'
const cniPlugins = 'github.com/containernetworking/plugins/plugins'
const containerd = 'github.com/containerd/containerd/v2'
const github = 'https://github.com'

export const toolSets: readonly ToolSet[] = [
  {
    name: 'pulumi',
    version: 'v3.259.0',
    packages: { pulumi: 'github.com/pulumi/pulumi/pkg/v3/cmd/pulumi' },
    tags: 'osusergo,grpcnotrace',
    ldflags: `${stripped} -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v3.259.0`,
    seconds: 229,
  },
  {
    name: 'kubernetes',
    version: 'v1.36.3',
    packages: Object.fromEntries(
      ['kube-apiserver', 'kube-controller-manager', 'kube-proxy', 'kube-scheduler', 'kubeadm', 'kubectl', 'kubelet'].map(
        (binary) => [binary, `k8s.io/kubernetes/cmd/${binary}`],
      ),
    ),
    ldflags: [
      stripped,
      ...Object.entries({ gitVersion: 'v1.36.3', gitMajor: '1', gitMinor: '36', gitTreeState: 'clean', gitCommit: 'annex' }).map(
        ([name, value]) => `-X ${componentBase}.${name}=${value}`,
      ),
    ].join(' '),
    seconds: 316,
  },
  {
    name: 'etcd',
    version: 'v3.6.14',
    packages: { etcd: 'go.etcd.io/etcd/server/v3' },
    ldflags: stripped,
    seconds: 25,
    download: {
      url: `${github}/etcd-io/etcd/releases/download/v3.6.14/etcd-v3.6.14-linux-amd64.tar.gz`,
      sha256: 'ffe840ff9295808e88cce2794a18a5ac87f12a5203c8314d0bf6aa119b41bac5',
      checksumFrom: kubespray,
      members: { etcd: 'etcd-v3.6.14-linux-amd64/etcd' },
    },
  },
  {
    name: 'containerd',
    version: 'v2.2.7',
    packages: Object.fromEntries(
      ['containerd', 'containerd-shim-runc-v2', 'ctr'].map((binary) => [binary, `${containerd}/cmd/${binary}`]),
    ),
    ldflags: `${stripped} -X ${containerd}/version.Version=v2.2.7`,
    seconds: 58,
    download: {
      url: `${github}/containerd/containerd/releases/download/v2.2.7/containerd-2.2.7-linux-amd64.tar.gz`,
      sha256: '91cd216ea26a1b8b512219d3f205375c967e7b7de4dae571bc3dd16bfacd34b5',
      checksumFrom: kubespray,
      members: {
        containerd: 'bin/containerd',
        'containerd-shim-runc-v2': 'bin/containerd-shim-runc-v2',
        ctr: 'bin/ctr',
      },
    },
  },
  {
    name: 'cni-plugins',
    version: 'v1.9.1',
    packages: {
      bridge: `${cniPlugins}/main/bridge`,
      'host-local': `${cniPlugins}/ipam/host-local`,
      loopback: `${cniPlugins}/main/loopback`,
      portmap: `${cniPlugins}/meta/portmap`,
    },
    ldflags: stripped,
    seconds: 5,
    download: {
      url: `${github}/containernetworking/plugins/releases/download/v1.9.1/cni-plugins-linux-amd64-v1.9.1.tgz`,
      sha256: 'b98f74a0f8522f0a83867178729c1aa70f2158f90c45a2ca8fa791db1c76b303',
      checksumFrom: kubespray,
      members: { bridge: './bridge', 'host-local': './host-local', loopback: './loopback', portmap: './portmap' },
    },
  },
  {
    name: 'kube-router',
    version: 'v2.10.0',
    packages: { 'kube-router': 'github.com/cloudnativelabs/kube-router/v2/cmd/kube-router' },
    ldflags: `${stripped} -X github.com/cloudnativelabs/kube-router/v2/pkg/version.Version=v2.10.0`,
    seconds: 133,
  },
  {
    name: 'coredns',
    version: 'v1.14.7',
    packages: { coredns: '.' },
    ldflags: stripped,
    seconds: 50,
  },
  {
    name: 'flannel',
    version: 'v0.28.10',
    packages: { flanneld: '.' },
    ldflags: stripped,
    seconds: 49,
  },
  {
    name: 'pause',
    version: '3.10.1',
    packages: { pause: '.' },
    ldflags: stripped,
    seconds: 1,
  },
]
