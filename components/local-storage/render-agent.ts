/** What lets a host offer its own volumes again, and nothing else, as plain data. */
import { placePod, tenantPlacement } from '../tenant-placement/place-pod.ts'
import { nodeLabel, volumeName } from './render.ts'

/** Its service accounts are the hosts': nobody else has anything to do here. */
export const agentNamespace = 'annex-volumes'

/** containerd's own, which every pod of the node needs anyway. It waits, and listens to nobody. */
const image = 'registry.k8s.io/pause:3.10.1'

const ownLabels = { 'app.kubernetes.io/name': 'annex-volumes', 'app.kubernetes.io/managed-by': 'annex' }

/** The user that a host's token stands for. */
export function agentUser(node: string): string {
  return `system:serviceaccount:${agentNamespace}:${node}`
}

/** Once a cluster: the namespace, closed, and the policy that bounds what any of its accounts may change of a volume. */
export function renderAgents(podSecurityLabels: Record<string, string>) {
  const policy = 'annex-volumes'
  return {
    namespace: { metadata: { name: agentNamespace, labels: { ...ownLabels, ...podSecurityLabels } } },
    networkPolicy: { metadata: { name: 'default-deny', namespace: agentNamespace, labels: ownLabels }, spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] } },
    policy: {
      metadata: { name: policy, labels: ownLabels },
      spec: {
        failurePolicy: 'Fail',
        matchConstraints: { resourceRules: [{ apiGroups: [''], apiVersions: ['*'], operations: ['CREATE', 'UPDATE', 'DELETE'], resources: ['persistentvolumes', 'persistentvolumes/*'], scope: 'Cluster' }] },
        matchConditions: [{ name: 'from-a-host', expression: `request.userInfo.username.startsWith('${agentUser('')}')` }],
        validations,
      },
    },
    binding: { metadata: { name: policy, labels: ownLabels }, spec: { policyName: policy, validationActions: ['Deny'] } },
  }
}

/** The rest of a volume's spec cannot be changed by anybody. */
const changeable = ['capacity', 'accessModes', 'persistentVolumeReclaimPolicy', 'storageClassName', 'mountOptions', 'volumeMode', 'nodeAffinity', 'volumeAttributesClassName']
const same = (path: string, fields: string[]) => fields.map((field) => `object.${path}.?${field} == oldObject.${path}.?${field}`)

const validations = [
  {
    expression: `oldObject != null && request.userInfo.username == '${agentUser('')}' + oldObject.metadata.?labels[?'${nodeLabel}'].orValue('')`,
    messageExpression: "request.userInfo.username + ' may touch the volumes of its own node only'",
    reason: 'Forbidden',
  },
  {
    expression: "request.operation == 'UPDATE' && oldObject.?status.?phase.orValue('') == 'Released' && !has(object.spec.claimRef)",
    message: 'a host may take the claim off a volume that is Released, and do nothing else with it',
    reason: 'Forbidden',
  },
  {
    expression: ['object != null', ...same('spec', changeable), ...same('metadata', ['labels', 'annotations', 'finalizers', 'ownerReferences'])].join(' && '),
    message: 'a host may change nothing of a volume but its claim',
    reason: 'Forbidden',
  },
]

/** For one node: an account that may read and patch that node's volumes, by name, and a pod there by which the kubelet gets the account's token and renews it. */
export function renderAgent(node: string, volumes: string[]) {
  const name = `annex-volumes-${node}`
  const metadata = { name: node, namespace: agentNamespace, labels: ownLabels }
  return {
    serviceAccount: { metadata, automountServiceAccountToken: false },
    role: {
      metadata: { name, labels: ownLabels },
      rules: [{ apiGroups: [''], resources: ['persistentvolumes'], resourceNames: volumes.map((it) => volumeName(node, it)), verbs: ['get', 'patch'] }],
    },
    roleBinding: {
      metadata: { name, labels: ownLabels },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
      subjects: [{ kind: 'ServiceAccount', name: node, namespace: agentNamespace }],
    },
    daemonSet: {
      metadata,
      spec: {
        selector: { matchLabels: { ...ownLabels, 'app.kubernetes.io/instance': node } },
        template: { metadata: { labels: { ...ownLabels, 'app.kubernetes.io/instance': node } }, spec: holder(node) },
      },
    },
  }
}

/** Holds the token in a volume whose name the host knows (annex-volume.sh). */
function holder(node: string) {
  const { spec } = placePod({}, { nodeSelector: { [nodeLabel]: node }, tolerations: tenantPlacement.tolerations, preferred: {} })
  return {
    ...spec,
    serviceAccountName: node,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: 1,
    securityContext: { runAsNonRoot: true, runAsUser: 65535, runAsGroup: 65535, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [{
      name: 'pause',
      image,
      resources: { requests: { cpu: '1m', memory: '4Mi' }, limits: { cpu: '10m', memory: '16Mi' } },
      securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
      // Never read: a kubelet fills only volumes that a container has.
      volumeMounts: [{ name: 'annex-volumes', mountPath: '/var/run/annex-volumes', readOnly: true }],
    }],
    volumes: [{ name: 'annex-volumes', projected: { sources: [{ serviceAccountToken: { path: 'token', expirationSeconds: 3600 } }] } }],
  }
}
