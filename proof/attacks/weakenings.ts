/** For each control a way to take it away from a live tenant, and the way back. Whoever finds that all attacks fail knows then that each control does its part. */
import { renderMutation, renderValidation } from '../../components/tenant-isolation/admission/render.ts'
import { mutations, validations } from '../../components/tenant-isolation/admission/rules/index.ts'
import type { PullAlways } from '../../components/tenant-isolation/admission/rules/pull-policy.ts'
import { podSecurityLabels, type RenderedNamespace } from '../../components/tenant-isolation/render.ts'

export interface Weakening {
  /** The attacks with this control succeed then, and only they. */
  control: string
  title: string
  weaken: Step[]
  restore: Step[]
}

/** What the platform's administrator does through kubectl. */
export interface Step {
  command: string[]
  input?: object
}

/** What is weakened, as it was rendered. */
export interface Weakened {
  tenant: RenderedNamespace
  /** Group of the tenant's people. */
  group: string
  /** A namespace of another tenant. */
  other: string
  pull: PullAlways
  /** Whether the API server has mutating policies. */
  mutating: boolean
}

export function weakenings({ tenant, group, other, pull, mutating }: Weakened): Weakening[] {
  const namespace = tenant.namespace.metadata.name
  const own = ['-n', namespace]
  const quota = { apiVersion: 'v1', kind: 'ResourceQuota', ...tenant.quota }
  const limits = { apiVersion: 'v1', kind: 'LimitRange', ...tenant.limitRange }
  const levels = Object.entries(podSecurityLabels('restricted'))
  const roleRules = tenant.role.rules
  const bind = (name: string, role: { kind: string; name: string }) => ({
    apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', metadata: { name, namespace: other },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', ...role }, subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: group }],
  })
  return [
    {
      control: 'pod-security',
      title: 'the namespace has no Pod Security level',
      weaken: [{ command: ['label', 'namespace', namespace, ...levels.map(([key]) => `${key}-`)] }],
      restore: [{ command: ['label', 'namespace', namespace, ...levels.map(([key, value]) => `${key}=${value}`)] }],
    },
    { control: 'quota', title: 'there is no quota', weaken: [{ command: ['delete', 'resourcequota', 'tenant', ...own] }], restore: [create(quota)] },
    { control: 'affinity', title: 'pods may name pods of other namespaces', weaken: [{ command: ['delete', 'resourcequota', 'tenant-affinity', ...own] }], restore: [create({ apiVersion: 'v1', kind: 'ResourceQuota', ...tenant.affinityQuota })] },
    { control: 'limits', title: 'there is no limit range', weaken: [{ command: ['delete', 'limitrange', 'tenant', ...own] }], restore: [create(limits)] },
    {
      control: 'service-account',
      title: 'pods get a token by themselves',
      weaken: [patch('serviceaccount', 'default', { automountServiceAccountToken: null }, own)],
      restore: [patch('serviceaccount', 'default', { automountServiceAccountToken: false }, own)],
    },
    {
      control: 'role',
      title: 'the role gives tokens, commands in pods, quotas, endpoints and the namespace’s labels',
      weaken: [patch('role', 'tenant', { rules: [...roleRules, ...tooMuch] }, own)],
      restore: [patch('role', 'tenant', { rules: roleRules }, own)],
    },
    {
      control: 'self-service',
      title: 'the role gives nothing at all',
      weaken: [patch('role', 'tenant', { rules: [] }, own)],
      restore: [patch('role', 'tenant', { rules: roleRules }, own)],
    },
    {
      control: 'no-escalation',
      title: 'the role may give away more than it has',
      weaken: [patch('role', 'tenant', { rules: [...roleRules, { apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles', 'clusterroles'], verbs: ['escalate', 'bind'] }] }, own)],
      restore: [patch('role', 'tenant', { rules: roleRules }, own)],
    },
    {
      control: 'no-rights-elsewhere',
      title: 'the group has rights in another tenant’s namespace',
      weaken: [create(bind('weakened', { kind: 'ClusterRole', name: 'cluster-admin' }))],
      restore: [{ command: ['delete', 'rolebinding', 'weakened', '-n', other] }],
    },
    {
      control: 'no-cluster-rights',
      title: 'the group has rights on objects of the cluster',
      weaken: [create(clusterRights), create({ ...bind('annex-weakened', { kind: 'ClusterRole', name: 'annex-weakened' }), kind: 'ClusterRoleBinding', metadata: { name: 'annex-weakened' } })],
      restore: [{ command: ['delete', 'clusterrolebinding/annex-weakened', 'clusterrole/annex-weakened'] }],
    },
    ...ruleWeakenings(pull, mutating),
  ]
}

/** Rights that the tenant role leaves out; none on the whole namespace, with which its owner would be the platform. */
const tooMuch = [
  { apiGroups: [''], resources: ['serviceaccounts/token', 'pods/exec', 'pods/attach', 'pods/portforward', 'pods/binding'], verbs: ['create'] },
  { apiGroups: [''], resources: ['pods/ephemeralcontainers', 'limitranges', 'namespaces'], verbs: ['get', 'patch', 'update'] },
  { apiGroups: [''], resources: ['resourcequotas'], verbs: ['create', 'update', 'patch', 'delete', 'deletecollection'] },
  { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices', 'endpointslices/restricted'], verbs: ['create'] },
]

const clusterRights = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: { name: 'annex-weakened' },
  rules: [
    { apiGroups: [''], resources: ['nodes', 'namespaces', 'persistentvolumes'], verbs: ['get', 'list', 'create'] },
    { apiGroups: [''], resources: ['users'], verbs: ['impersonate'] },
    { apiGroups: ['rbac.authorization.k8s.io'], resources: ['clusterroles'], verbs: ['create', 'escalate'] },
    { apiGroups: ['admissionregistration.k8s.io'], resources: ['validatingadmissionpolicies'], verbs: ['get', 'delete'] },
  ],
}

/** A rule without its binding holds nowhere. The controls have the names of the rules. */
function ruleWeakenings(pull: PullAlways, mutating: boolean): Weakening[] {
  // Nobody in the tenant may delete its namespace in the first place.
  return validations(pull).filter(({ name }) => name !== 'protected-namespaces').map((rule) => {
    const { binding, policy } = renderValidation(rule)
    const defaults = mutating ? mutations(pull).filter(({ name }) => name === rule.name).map(renderMutation) : []
    return {
      control: rule.name,
      title: `the admission rule ${policy.metadata.name} is bound to nothing`,
      weaken: [
        { command: ['delete', 'validatingadmissionpolicybinding', binding.metadata.name] },
        ...defaults.map((it) => ({ command: ['delete', 'mutatingadmissionpolicybinding', it.binding.metadata.name] })),
      ],
      restore: [
        create({ apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicyBinding', ...binding }),
        ...defaults.map((it) => create({ apiVersion: 'admissionregistration.k8s.io/v1', kind: 'MutatingAdmissionPolicyBinding', ...it.binding })),
      ],
    }
  })
}

/** With annex's own field manager, so that the next update finds its objects as it left them. */
function create(object: object): Step {
  return { command: ['apply', '--server-side', '--force-conflicts', '--field-manager=annex', '-f', '-'], input: object }
}

function patch(kind: string, name: string, change: object, where: string[]): Step {
  return { command: ['patch', kind, name, '--type=merge', '-p', JSON.stringify(change), ...where] }
}
