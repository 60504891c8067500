/** What the cloud runs on its own account: its worker and its add-ons. */
import path from 'node:path'
import { stringify } from 'yaml'
import { caCertHash, kubectlAsCloud, newBootstrapToken } from './control-plane.ts'
import { runInHost } from './host.ts'
import { until } from './processes.ts'
import { type HostName, privateEndpoint } from './topology.ts'

/** Applies pod network, network policy, service proxy and DNS; they become ready when a node is there. */
export async function applyAddons(): Promise<void> {
  await kubectlAsCloud(['apply', '--server-side', '--force-conflicts', '--filename', path.join(import.meta.dirname, 'addons')])
}

/** Joins a booted cloud worker to the cluster, unless it has joined; does not wait until it is Ready. */
export async function joinCloudWorker(name: HostName, address: string): Promise<void> {
  const joined = await runInHost(name, 'test', ['-e', '/etc/kubernetes/kubelet.conf'], { reject: false })
  if (joined.exitCode === 0) return
  // One that was cut before that has left files which kubeadm refuses to meet.
  await runInHost(name, 'bash', ['-c', '[ ! -e /etc/kubernetes/bootstrap-kubelet.conf ] && [ ! -e /etc/kubernetes/pki/ca.crt ] || kubeadm reset --force'])
  const configuration = {
    apiVersion: 'kubeadm.k8s.io/v1beta4',
    kind: 'JoinConfiguration',
    discovery: { bootstrapToken: { apiServerEndpoint: `${privateEndpoint}:6443`, token: await newBootstrapToken(), caCertHashes: [caCertHash()] } },
    nodeRegistration: {
      name,
      criSocket: 'unix:///run/containerd/containerd.sock',
      // What it would complain of is this machine's kernel.
      ignorePreflightErrors: ['SystemVerification'],
      kubeletExtraArgs: [
        { name: 'node-ip', value: address },
        { name: 'node-labels', value: 'node-type=cloud' },
      ],
    },
    timeouts: { discovery: '60s' },
  }
  // From stdin: the token is on no disk.
  await runInHost(name, 'bash', ['-c', 'kubeadm join --config <(cat)'], { input: stringify(configuration) })
}

/** Resolves when the node is Ready and the add-ons run on it; DNS answers only once the pod network works. */
export async function untilCloudReady(name: HostName): Promise<void> {
  await until(`the node ${name} is there`, 60, async () => (await kubectlAsCloud(['get', 'nodes', '--output', 'name'])).includes(`node/${name}`))
  await kubectlAsCloud(['wait', '--for=condition=Ready', `node/${name}`, '--timeout=120s'])
  for (const workload of ['deployment/coredns', 'daemonset/kube-proxy', 'daemonset/kube-router']) {
    await kubectlAsCloud(['rollout', 'status', workload, '--namespace', 'kube-system', '--timeout=120s'])
  }
}
