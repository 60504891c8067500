/** For each control that only a live tenant shows, a way to take it away and the way back. Those that the API server shows alone are in weakenings.ts. */
import type { RenderedNamespace } from '../../components/tenant-isolation/render.ts'
import { podSecurityLabels } from '../../components/tenant-isolation/render.ts'
import type { Step } from './weakenings.ts'

export interface LiveWeakening {
  /** The attacks with this control succeed then. */
  control: string
  title: string
  /** Attacks that meet another control as well, which still stands. */
  survivors?: string[]
  /** Attacks that show nothing then, because they do not come to an end. */
  without?: string[]
  /** Through kubectl, as the platform's administrator; after what is done on the node. */
  weaken: Step[]
  restore: Step[]
  /** On the node, as root. */
  weakenNode?: string
  restoreNode?: string
}

export function liveWeakenings(tenant: RenderedNamespace): LiveWeakening[] {
  const namespace = tenant.namespace.metadata.name
  const own = ['-n', namespace]
  const levels = Object.entries(podSecurityLabels('restricted'))
  const pods = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: `system:serviceaccounts:${namespace}` }
  const account = (automountServiceAccountToken: boolean): Step => ({ command: ['patch', 'serviceaccount', 'default', '--type=merge', '-p', JSON.stringify({ automountServiceAccountToken }), ...own] })
  /** A pod that runs keeps what was mounted at its start. */
  const restart: Step[] = [{ command: ['delete', 'pod', 'test-app-0', ...own] }, { command: ['rollout', 'status', 'statefulset/test-app', '--timeout=90s', ...own] }]
  return [
    {
      control: 'network-policy',
      title: 'a policy opens everything, both ways, in the tenant',
      // The other tenant lets nobody in, and a pod without CAP_NET_RAW sends no ping.
      survivors: ['MTB-1201/pod', 'MTB-1201/service', 'MTB-1201/name', 'annex-reach/tunnel-ping'],
      weaken: [apply({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'weakened', namespace }, spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'], ingress: [{}], egress: [{}] } })],
      restore: [{ command: ['delete', 'networkpolicy', 'weakened', ...own] }],
    },
    {
      control: 'limits',
      title: 'there are neither limits nor a quota that asks for them',
      weaken: [{ command: ['delete', 'limitrange/tenant', 'resourcequota/tenant', ...own] }],
      restore: [apply({ apiVersion: 'v1', kind: 'LimitRange', ...tenant.limitRange }), apply({ apiVersion: 'v1', kind: 'ResourceQuota', ...tenant.quota })],
    },
    { control: 'service-account', title: 'pods get a token by themselves', weaken: [account(true)], restore: [account(false)] },
    {
      control: 'no-account-rights',
      title: 'the accounts of the tenant’s pods have every right',
      weaken: [apply({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', metadata: { name: 'annex-weakened' }, roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' }, subjects: [pods] })],
      restore: [{ command: ['delete', 'clusterrolebinding', 'annex-weakened'] }],
    },
    {
      control: 'pod-security',
      title: 'the namespace has no Pod Security level',
      weaken: [{ command: ['label', 'namespace', namespace, ...levels.map(([key]) => `${key}-`)] }],
      restore: [{ command: ['label', 'namespace', namespace, ...levels.map(([key, value]) => `${key}=${value}`)] }],
    },
    {
      control: 'node-firewall',
      title: 'the node lets IPv6 of pods through',
      weaken: [], restore: [],
      weakenNode: 'for it in forward input; do nft insert rule inet annex $it meta nfproto ipv6 iifname cni0 accept; done',
      restoreNode: `for it in forward input; do nft delete rule inet annex $it handle $(nft -a list chain inet annex $it | sed -n 's/.*nfproto ipv6 iifname "cni0" accept # handle //p'); done`,
    },
    {
      control: 'pids',
      title: 'the kubelet has no limit of processes',
      weaken: [], restore: [],
      weakenNode: `sed -i 's/^podPidsLimit: .*/podPidsLimit: -1/' /etc/annex/kubelet.d/50-annex.conf && systemctl restart kubelet`,
      restoreNode: `sed -i 's/^podPidsLimit: .*/podPidsLimit: 1024/' /etc/annex/kubelet.d/50-annex.conf && systemctl restart kubelet`,
    },
    {
      control: 'volume-size',
      title: 'volumes are folders of the root disk',
      // On the root disk its process is killed (exit code 137), probably for the memory of so many files.
      without: ['annex-noisy/inodes'],
      weaken: restart, restore: restart,
      // Private: what is mounted on a volume would be mounted in its pod too, and go with it.
      weakenNode: 'mkdir -m 777 /var/tmp/weakened && for it in /mnt/annex/*; do mount --make-private $it && mount --bind /var/tmp/weakened $it/data || exit; done',
      restoreNode: 'for it in /mnt/annex/*; do umount $it/data && mount --make-shared $it || exit; done; rm -r /var/tmp/weakened',
    },
  ]
}

/** With annex's own field manager, so that the next update finds its objects as it left them. */
function apply(input: object): Step {
  return { command: ['apply', '--server-side', '--force-conflicts', '--field-manager=annex', '-f', '-'], input }
}
