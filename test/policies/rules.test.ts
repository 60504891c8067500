import assert from 'node:assert/strict'
import { parse } from 'yaml'
import { UNKNOWN } from '../../policies/field.ts'
import type { Resource } from '../../policies/rule.ts'
import { rules } from '../../policies/rules/index.ts'
import { settings } from '../../policies/settings.ts'
import { cpuSeconds } from '../cpu-seconds.ts'
import { command, items, only, resource, section } from './resource.ts'

interface Case {
  type: string
  /** Each breaks the rule. */
  bad: Record<string, unknown>[]
  /** Each keeps it. */
  good: Record<string, unknown>[]
  /** Each cannot be judged yet. */
  unknown: Record<string, unknown>[]
}

const role = 'kubernetes:rbac.authorization.k8s.io/v1:ClusterRole'
const binding = 'kubernetes:rbac.authorization.k8s.io/v1:RoleBinding'
const service = 'kubernetes:core/v1:Service'
const ingress = 'kubernetes:networking.k8s.io/v1:Ingress'
const deployment = 'kubernetes:apps/v1:Deployment'
const unknown = UNKNOWN

const grant = (group: string, name: string, verb: unknown) => ({ rules: [{ apiGroups: [group], resources: [name], verbs: [verb] }] })
/** A role that grants it by name, by wildcard, not at all, and one of which it is not known. */
const power = (group: string, name: string, verb: string): Case => ({
  type: role,
  bad: [grant(group, name, verb), grant('*', '*', '*'), { rules: [{ apiGroups: ['x'] }, { apiGroups: [group, 'y'], resources: ['z', name], verbs: ['list', verb, 'get'] }] }],
  good: [grant(group, 'events', verb), grant('other.example', name, verb), grant(group, name, 'something-else'), {}],
  unknown: [grant(group, name, unknown), { rules: unknown }, { rules: [{ apiGroups: unknown, resources: [name], verbs: [verb] }] }],
})
const pods = (spec: unknown) => ({ metadata: { namespace: 'a' }, spec: { template: { spec } } })
const container = (fields: object) => pods({ containers: [{ name: 'app', ...fields }] })
const mounted = (image: unknown) => pods({ containers: [], volumes: [{ name: 'tmp', emptyDir: {} }, { name: 'it', image }] })
const file = (content: unknown, fields = {}) => items({ kind: 'file', path: '/etc/it', mode: '644', content, ...fields })
const secretText = 'abcdef.' + '0123456789abcdef'

const cases: Record<string, Case> = {
  'rbac-wildcards': { type: role, bad: [grant('', 'pods', '*'), grant('*', 'pods', 'get'), grant('', 'pods/*', 'get'), { rules: [{ nonResourceURLs: ['*'], verbs: ['get'] }] }], good: [grant('', 'pods', 'get'), { rules: [{ nonResourceURLs: ['/healthz/*'], verbs: ['get'] }] }], unknown: [grant('', 'pods', unknown)] },
  'rbac-cluster-admin': {
    type: binding,
    bad: [{ roleRef: { name: 'cluster-admin' }, subjects: [] }, { roleRef: { name: 'view' }, subjects: [{ kind: 'Group', name: 'system:masters' }] }],
    good: [{ roleRef: { name: 'tenant' }, subjects: [{ kind: 'Group', name: 'tenant-1' }] }],
    unknown: [{ roleRef: { name: unknown } }, { roleRef: { name: 'view' }, subjects: unknown }],
  },
  'rbac-escalation': power('rbac.authorization.k8s.io', 'clusterroles', 'escalate'),
  'rbac-secrets': power('', 'secrets', 'list'),
  'rbac-namespace-secrets': {
    type: 'kubernetes:rbac.authorization.k8s.io/v1:Role',
    bad: [grant('', 'secrets', 'get'), grant('', 'secrets', '*'), { rules: [{ apiGroups: [''], resources: ['pods', 'secrets'], verbs: ['list', 'create'] }] }, { rules: [{ apiGroups: [''], resources: ['secrets'], resourceNames: ['a'], verbs: ['list'] }] }],
    good: [grant('', 'secrets', 'create'), { rules: [{ apiGroups: [''], resources: ['secrets'], resourceNames: ['a'], verbs: ['get'] }] }, { rules: [{ apiGroups: [''], resources: ['pods', 'secrets'], verbs: ['get', 'create', 'delete'] }] }],
    unknown: [grant('', 'secrets', unknown), { rules: unknown }],
  },
  'rbac-exec': power('', 'pods/exec', 'create'),
  'rbac-nodes-proxy': power('', 'nodes/proxy', 'get'),
  'rbac-csr-approval': power('certificates.k8s.io', 'certificatesigningrequests/approval', 'update'),
  'rbac-webhooks': power('admissionregistration.k8s.io', 'validatingwebhookconfigurations', 'patch'),
  'rbac-tokens': power('', 'serviceaccounts/token', 'create'),
  'rbac-everybody': {
    type: binding,
    bad: ['system:anonymous', 'system:unauthenticated', 'system:authenticated', 'system:serviceaccounts'].map((name) => ({ subjects: [{ kind: 'Group', name }] })),
    good: [{ subjects: [{ kind: 'Group', name: 'system:serviceaccounts:paas-system' }] }],
    unknown: [{ subjects: [{ kind: 'Group', name: unknown }] }],
  },
  'rbac-default-account': {
    type: binding,
    bad: [{ kind: 'ServiceAccount', name: 'default', namespace: 'a' }, { kind: 'User', name: 'system:serviceaccount:a:default' }].map((subject) => ({ subjects: [{ kind: 'Group', name: 'a' }, subject] })),
    good: [{ subjects: [{ kind: 'ServiceAccount', name: 'app', namespace: 'a' }, { kind: 'ServiceAccount', name: 'app', namespace: 'default' }, { kind: 'Group', name: 'default' }, { kind: 'User', name: 'default' }, { kind: 'User', name: 'system:serviceaccount:a:default-backup' }, { kind: unknown, name: 'app' }] }, {}],
    unknown: [{ subjects: unknown }, { subjects: [{ kind: 'ServiceAccount', name: unknown }] }, ...['default', 'system:serviceaccount:a:default'].map((name) => ({ subjects: [{ kind: unknown, name }] }))],
  },
  'rbac-cross-namespace': {
    type: binding,
    bad: [{ metadata: { namespace: 'a' }, subjects: [{ kind: 'ServiceAccount', name: 'x', namespace: 'b' }] }, { metadata: { namespace: 'a' }, subjects: [{ kind: 'Group', name: 'system:serviceaccounts:b' }] }, { metadata: { namespace: 'a' }, subjects: [{ kind: 'User', name: 'system:serviceaccount:b:x' }] }],
    good: [{ metadata: { namespace: 'a' }, subjects: [{ kind: 'ServiceAccount', name: 'x', namespace: 'a' }, { kind: 'ServiceAccount', name: 'x', namespace: 'paas-system' }, { kind: 'Group', name: 'b' }] }],
    unknown: [{ metadata: { namespace: 'a' }, subjects: [{ kind: 'ServiceAccount', namespace: unknown }] }, { metadata: { namespace: unknown }, subjects: [{ kind: 'ServiceAccount', namespace: 'b' }] }],
  },
  'network-not-widened': {
    type: 'kubernetes:networking.k8s.io/v1:NetworkPolicy',
    bad: [{ ingress: [{}] }, { egress: [{ to: [{ namespaceSelector: {} }] }] }, { egress: [{ to: [{ ipBlock: { cidr: '0.0.0.0/0' } }] }] }, { egress: [{ to: [{ ipBlock: { cidr: '0.0.0.0/1' } }, { ipBlock: { cidr: '128.0.0.0/1' } }] }] }, { ingress: [{ from: [{ ipBlock: { cidr: '::/0' } }] }] }].map((spec) => ({ spec })),
    good: [{}, { ingress: [] }, { ingress: [{ from: [{ podSelector: {} }] }] }, { egress: [{ to: [{ namespaceSelector: { matchLabels: { a: 'b' } } }, { ipBlock: { cidr: '10.0.0.0/8' } }] }] }].map((spec) => ({ spec })),
    unknown: [
      { spec: unknown }, { spec: { ingress: [{ from: unknown }] } }, { spec: { egress: [{ to: [{ ipBlock: { cidr: unknown } }] }] } },
      ...[{ matchLabels: unknown }, { matchExpressions: unknown }, { matchExpressions: [{ key: 'a', operator: unknown }] }, { matchExpressions: [{ key: unknown, operator: 'Exists' }] }].map((namespaceSelector) => ({ spec: { ingress: [{ from: [{ namespaceSelector }] }] } })),
    ],
  },
  'network-service-exposure': {
    type: service,
    bad: [{ type: 'NodePort' }, { type: 'LoadBalancer' }, ...[[], ['0.0.0.0/0'], ['10.0.0.0/8', '0.0.0.0/00'], ['0.0.0.0/1', '128.0.0.0/1'], ['::/0']].map((loadBalancerSourceRanges) => ({ type: 'LoadBalancer', loadBalancerSourceRanges }))].map((spec) => ({ spec })),
    good: [{}, { type: 'ClusterIP' }, { type: 'LoadBalancer', loadBalancerSourceRanges: ['198.51.100.0/24'] }].map((spec) => ({ spec })),
    unknown: [{ spec: { type: unknown } }, { spec: { type: 'LoadBalancer', loadBalancerSourceRanges: unknown } }, { spec: { type: 'LoadBalancer', loadBalancerSourceRanges: ['10.0.0.0/8', unknown] } }],
  },
  'network-external-ips': { type: service, bad: [{ spec: { externalIPs: ['192.0.2.1'] } }], good: [{ spec: {} }, { spec: { externalIPs: [] } }], unknown: [{ spec: { externalIPs: unknown } }] },
  'network-ingress-hosts': {
    type: ingress,
    bad: [{ rules: [{}] }, { rules: [{ host: '*.example.com' }] }, { defaultBackend: {} }, { backend: {} }].map((spec) => ({ spec })),
    good: [{ spec: { rules: [{ host: 'a.example.com' }] } }],
    unknown: [{ spec: { rules: [{ host: unknown }] } }],
  },
  'admission-fail-closed': {
    type: 'kubernetes:admissionregistration.k8s.io/v1:ValidatingWebhookConfiguration',
    bad: [{ webhooks: [{ failurePolicy: 'Fail' }, { failurePolicy: 'Ignore' }] }],
    good: [{ webhooks: [{ failurePolicy: 'Fail' }, {}] }],
    unknown: [{ webhooks: [{ failurePolicy: unknown }] }],
  },
  'admission-enforced': {
    type: 'kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicyBinding',
    bad: [{ spec: { validationActions: ['Warn', 'Audit'] } }, { spec: {} }],
    good: [{ spec: { validationActions: ['Deny', 'Audit'] } }],
    unknown: [{ spec: { validationActions: unknown } }],
  },
  'storage-local-volumes': {
    type: 'kubernetes:core/v1:PersistentVolume',
    bad: [
      { local: { path: '/mnt/a' } },
      { local: { path: '/mnt/a' }, nodeAffinity: { required: { nodeSelectorTerms: [] } } },
      { local: { path: '/var/lib/kubelet' }, nodeAffinity: { required: { nodeSelectorTerms: [{}] } } },
      ...['/mnt/../etc', '/mnt/..', '/mnt/link/../a', '/etc', '//etc/x', '/./etc', '/mnt/./../etc', '/', '//', '/var/lib', '/var/lib/', '/var//lib', '/opt/cni/bin', '/opt'].map((path) => ({ local: { path }, nodeAffinity: { required: { nodeSelectorTerms: [{}] } } })),
      { local: { path: '/mnt/a' }, nodeAffinity: { required: { nodeSelectorTerms: [{}] } }, persistentVolumeReclaimPolicy: 'Delete' },
    ].map((spec) => ({ spec })),
    good: [...['/mnt/annex/v1', '/var/lib/annex-volumes', '/var/lib/annex-volumes/v1', '/opt/data', '/srv/a..b'].map((path) => ({ spec: { local: { path }, nodeAffinity: { required: { nodeSelectorTerms: [{}] } }, persistentVolumeReclaimPolicy: 'Retain' } })), { spec: { csi: {} } }],
    unknown: [{ spec: { local: { path: unknown }, nodeAffinity: { required: { nodeSelectorTerms: [{}] } } } }],
  },
  'storage-host-path': { type: 'kubernetes:core/v1:PersistentVolume', bad: [{ spec: { hostPath: { path: '/' } } }], good: [{ spec: { local: {} } }], unknown: [{ spec: { hostPath: unknown } }] },
  'tenancy-tolerations': {
    type: deployment,
    bad: [pods({ tolerations: [{ operator: 'Exists' }] }), pods({ nodeName: 'vps-worker-1' })],
    good: [pods({ tolerations: [{ key: 'paas-tier', operator: 'Exists' }] }), pods({})],
    unknown: [pods({ nodeName: unknown }), pods({ tolerations: [{ operator: 'Exists', key: unknown }] })],
  },
  'tenancy-default-namespace': {
    type: deployment,
    bad: [{}, { metadata: { namespace: 'default' } }, { metadata: { namespace: '' } }],
    good: [{ metadata: { namespace: 'paas-tenant-1' } }],
    unknown: [{ metadata: { namespace: unknown } }],
  },
  'supply-image-tag': {
    type: deployment,
    bad: ['app', 'app:latest', 'app@sha256:abc', `app@sha256:${'A'.repeat(64)}`, `app@sha512:${'a'.repeat(64)}`, 'registry.example:5000/app', '', undefined].flatMap((image) => [container({ image }), mounted({ reference: image })]),
    good: ['app:1', 'registry.example:5000/app:1.2', `app@sha256:${'a'.repeat(64)}`, `app:latest@sha256:${'a'.repeat(64)}`, `app@blake3:${'a'.repeat(64)}`].flatMap((image) => [container({ image }), mounted({ reference: image })]),
    unknown: [container({ image: unknown }), mounted({ reference: unknown }), mounted(unknown), pods({ containers: [], volumes: unknown })],
  },
  'supply-registries': {
    type: deployment,
    bad: ['team/app:1', 'docker.io/team/app:1', 'ghcr.io/other/app:1', 'registry.example.evil/app:1', 'Registry/app:1', 'registry.example/app@sha256:abc'].flatMap((image) => [container({ image }), mounted({ reference: image })]),
    good: ['registry.example/app:1', 'ghcr.io/our-team/app:1', 'app:1', 'docker.io/app:1', 'index.docker.io/library/app:1'].flatMap((image) => [container({ image }), mounted({ reference: image })]),
    unknown: [container({ image: unknown }), mounted({ reference: unknown })],
  },
  'supply-resources': {
    type: deployment,
    bad: [container({}), container({ resources: { requests: { cpu: 1 } } }), container({ resources: { requests: { cpu: '', memory: '1Mi' }, limits: { memory: '1Mi' } } }), pods({ resources: { requests: { cpu: 1 } }, containers: [{ name: 'a' }] })],
    good: [
      container({ resources: { requests: { cpu: 1, memory: '1Mi' }, limits: { memory: '1Mi' } } }),
      pods({ resources: { requests: { cpu: 1, memory: '1Mi' }, limits: { memory: '1Mi' } }, containers: [{ name: 'a' }] }),
      pods({ resources: { requests: { cpu: 1, memory: unknown }, limits: { memory: '1Mi' } }, containers: [{ name: 'a', resources: { requests: { memory: '1Mi' } } }] }),
    ],
    unknown: [container({ resources: unknown }), pods({ resources: unknown, containers: [{ name: 'a' }] })],
  },
  'supply-read-only-root': {
    type: deployment,
    bad: [container({}), container({ securityContext: { readOnlyRootFilesystem: false } })],
    good: [container({ securityContext: { readOnlyRootFilesystem: true } })],
    unknown: [container({ securityContext: unknown })],
  },
  'supply-no-secret-in-env': {
    type: deployment,
    bad: [
      ...['DB_PASSWORD', 'API_TOKEN', 'AWS_SECRET_ACCESS_KEY', 'db.passwd', 'SECRET_BLAH', 'SECRET_KEY', 'PGPASSWORD', 'dbPassword', 'SMTP_PWD', 'TOKEN_PROD', 'OCI_CLI_KEY_CONTENT', 'SSH_KEY_DATA', 'TLS_KEY_PEM', 'VAULT_ENC_KEY', 'MEILI_MASTER_KEY', 'CRYPTO_KEY', 'RABBITMQ_ERLANG_COOKIE', 'LDAP_BIND_PW', 'REDISCLI_AUTH', 'BASIC_AUTH'].map((name) => container({ env: [{ name, value: 'hunter2' }] })),
      ...[`AK${'IA'}IOSFODNN7EXAMPLE`, 'postgres://app:hunter2@db.example/app', 'bearer abc123defgh', `ghp${'_'}${'a'.repeat(36)}`].map((value) => container({ env: [{ name: 'SETTING', value }] })),
      container({ env: [{ name: 'PASSWORD', value: '12345' }] }),
      container({ env: [{ name: 'API_TOKEN', value: '123456' }] }),
      container({ env: [{ name: 'SECRET_KEYS', value: '{"default":"hunter2"}' }] }),
      ...['/hunter2', '/etc', '/Kx/9a', '${X:-hunter2}', 'nope'].map((value) => container({ env: [{ name: 'PASSWORD', value }] })),
    ],
    good: [container({ env: [{ name: 'JWT_KEY', value: '-----BEGIN PUBLIC KEY-----\nabc' }, { name: 'MAX_TOKEN', value: '12345' }] }), container({ env: ['yes', 'No', 'ON', 'off', 'TRUE', '${DB_PASSWORD}', '$(PASSWORD_2)', '{{ .Values.password }}', '/var/run/secrets/token', '/vault/token', '/etc/tls/tls.key'].map((value) => ({ name: 'TLS_PRIVATE_KEY', value })) }), container({ env: [{ name: 'PUBLIC_KEY_PEM', value: 'x' }, { name: 'GOOGLE_APPLICATION_CREDENTIALS', value: '/var/secrets/google/key.json' }] }), container({ env: [{ name: 'DB_PASSWORD', valueFrom: { secretKeyRef: {} } }, { name: 'TOKEN_PATH', value: '/x' }, { name: 'PASSWORD', value: '' }, { name: 'USE_TOKEN', value: 'true' }, { name: 'MAX_TOKEN', value: '4096' }, { name: 'SECRET_NAME', value: 'tls' }, { name: 'CREDENTIAL_USERNAME', value: 'app' }, { name: 'SECRET_KEY_CMD', value: 'cat /key' }, { name: 'ETCD_INITIAL_CLUSTER_TOKEN', value: 'etcd-cluster-k8s' }, { name: 'SECRET_KEYS', value: '{"default":"$(SECRET_KEY)"}' }, ...['JWT_EXP', 'GOTRUE_JWT_AUD', 'JWT_ADMIN_ROLES', 'JWT_EXPIRES_IN', 'TOKEN_SIGNING_ALG', 'ACCESS_TOKEN_LIFESPAN', 'PASSWORD_ENCRYPTION', 'PASSWORD_HASH_ROUNDS'].map((name) => ({ name, value: '3600s' })), { name: 'TOKENIZER', value: 'x' }, { name: 'KEYBOARD', value: 'de' }, { name: 'URL', value: 'https://db.example:5432/@x' }, { name: 'DSN', value: 'postgres://$(USER):$(PASSWORD)@db' }] })],
    unknown: [container({ env: [{ name: 'DB_PASSWORD', value: unknown }] })],
  },
  'transport-verify': {
    type: 'kubernetes:apiregistration.k8s.io/v1:APIService',
    bad: [{ spec: { insecureSkipTLSVerify: true } }, { data: { a: 'curl -sk https://x' } }, { args: ['--insecure-skip-tls-verify'] }, { data: { c: 'tls_config:\n  insecure_skip_verify: true\n' } }, { insecure: 'true' },
      ...['--kubelet-insecure-tls', '--kubelet-insecure-tls=true', '--etcd-insecure-skip-tls-verify', '--insecure-skip-verify', '--insecure'].map((arg) => ({ args: [arg] })),
      ...[{ VAULT_SKIP_VERIFY: 'true' }, { PROVIDER_TLS_SKIP_VERIFY: '1' }, { FOO_INSECURE_SKIP_VERIFY: true }, { tlsInsecureSkipVerify: true }, { NODE_TLS_REJECT_UNAUTHORIZED: '0' }, { PYTHONHTTPSVERIFY: 0 }, { GIT_SSL_NO_VERIFY: 'no' }].flatMap((data) => [{ data }, { env: Object.entries(data).map(([name, value]) => ({ name, value })) }]),
      { data: { '.env': 'NODE_TLS_REJECT_UNAUTHORIZED="0"' } },
    ],
    good: [
      ...['--kubelet-insecure-tls=false', '--secure', '--insecure-port=0'].map((arg) => ({ args: [arg] })),
      ...[{ OTEL_EXPORTER_OTLP_INSECURE: 'true' }, { VAULT_SKIP_VERIFY: 'false' }, { skipVerify: '1' }, { NODE_TLS_REJECT_UNAUTHORIZED: '1' }, { PYTHONHTTPSVERIFY: null }].flatMap((data) => [{ data }, { env: Object.entries(data).map(([name, value]) => ({ name, value })) }]),
      { spec: { insecureSkipTLSVerify: false, caBundle: 'x' } }, { data: { a: 'curl -sS https://x' } }, { data: { c: 'insecure_skip_verify: false' } }],
    unknown: [{ spec: { insecureSkipTLSVerify: unknown } }, { env: [{ name: 'VAULT_SKIP_VERIFY', value: unknown }] }, { env: [{ name: 'NODE_TLS_REJECT_UNAUTHORIZED', value: '04da6b54-80e4-46f7-96ec-b56ff0331ba9' }] }],
  },
  'transport-plain-http': {
    type: 'kubernetes:source.toolkit.fluxcd.io/v1:HelmRepository',
    bad: [{ spec: { url: 'http://charts.example' } }],
    good: [{ spec: { url: 'https://charts.example' } }, { spec: { url: 'oci://charts.example' } }],
    unknown: [{ spec: { url: unknown } }],
  },
  'transport-ingress-tls': {
    type: ingress,
    bad: [{ rules: [{ host: 'a.example.com' }] }, { rules: [{ host: 'a.example.com' }], tls: [{ hosts: ['b.example.com'] }] }, { rules: [{ host: 'a.b.example.com' }], tls: [{ hosts: ['*.example.com'] }] }, { defaultBackend: { service: {} } }, { backend: {}, rules: [] }].map((spec) => ({ spec })),
    good: [{}, { defaultBackend: {}, tls: [{ secretName: 'a' }] }, { defaultBackend: {}, tls: [{ hosts: ['a.example.com'] }] }, { rules: [{ host: 'a.example.com' }], tls: [{ hosts: ['a.example.com'] }] }, { rules: [{ host: 'a.example.com' }], tls: [{ hosts: ['*.example.com'] }] }, { rules: [{ host: 'a.example.com' }], tls: [{ secretName: 'a' }] }].map((spec) => ({ spec })),
    unknown: [{ spec: { rules: [{ host: 'a.example.com' }], tls: unknown } }, { spec: { defaultBackend: unknown } }],
  },
  'hosts-retry-budget': {
    type: command,
    bad: [{ connection: {} }, { connection: { dialErrorLimit: -1, perDialTimeout: 10 } }, { connection: { dialErrorLimit: 2, perDialTimeout: 0 } }],
    good: [{ connection: { dialErrorLimit: 2, perDialTimeout: 10 } }],
    unknown: [{ connection: unknown }],
  },
  'hosts-quiet-logging': { type: command, bad: [{}, { logging: 'stdoutAndStderr' }], good: [{ logging: 'none' }, { logging: 'stderr' }], unknown: [{ logging: unknown }] },
  'hosts-no-password-login': {
    type: section,
    bad: [file('PasswordAuthentication yes\n'), file('Port 22\n  PermitRootLogin yes\n')],
    good: [file('PasswordAuthentication no\nPermitRootLogin prohibit-password\n')],
    unknown: [file(unknown), { document: unknown }],
  },
  'hosts-no-agent-forwarding': { type: command, bad: [{ create: 'ssh -A host true' }, { create: "ssh -o ForwardAgent=yes host" }], good: [{ create: 'ssh -J jump host true' }], unknown: [{ create: unknown }] },
  'hosts-signed-packages': {
    type: command,
    bad: ['curl -fsSL https://x.example/install | sudo bash', 'echo "deb [trusted=yes] https://x ./" >a.list', 'apt-get install --allow-unauthenticated x', 'curl https://x | apt-key add -'].map((create) => ({ create })),
    good: ['apt-get install kubelet=1.36.3-1.1', 'curl -fsSLo key.asc https://x.example/key', 'echo "deb [signed-by=/etc/apt/keyrings/k.asc] https://x ./"'].map((create) => ({ create })),
    unknown: [{ create: unknown }],
  },
  'hosts-repository-key': {
    type: section,
    bad: [items({ kind: 'repository', name: 'k' }), items({ kind: 'repository', key: 'x' })],
    good: [items({ kind: 'repository', key: '-----BEGIN PGP PUBLIC KEY BLOCK-----' })],
    unknown: [items({ kind: 'repository', key: unknown })],
  },
  'hosts-pinned-packages': {
    type: section,
    bad: [items({ kind: 'packages', install: [{ name: 'kubelet' }] }), items({ kind: 'packages', install: [{ name: 'kubelet', version: '1.36.3-1.1' }] })],
    good: [items({ kind: 'packages', install: [{ name: 'kubelet', version: '1.36.3-1.1', hold: true }, { name: 'socat' }] })],
    unknown: [items({ kind: 'packages', install: [{ name: 'kubelet', version: unknown, hold: true }] })],
  },
  'hosts-ca-pinned': {
    type: section,
    bad: [items({ kind: 'join' }), items({ kind: 'join', caCertHashes: ['sha256:x'] }), file('kubeadm join 10.0.0.1:6443 --token x'), file('kubeadm join --discovery-token-unsafe-skip-ca-verification')],
    good: [items({ kind: 'join', caCertHashes: [`sha256:${'0'.repeat(64)}`] }), file('kubeadm join --discovery-token-ca-cert-hash sha256:0')],
    unknown: [items({ kind: 'join', caCertHashes: unknown })],
  },
  'hosts-token-lifetime': {
    type: command,
    bad: [{ create: 'kubeadm token create --ttl 0' }, { create: 'kubeadm token create --print-join-command --ttl=72h' }],
    good: [{ create: 'kubeadm token create --ttl 15m' }, { create: 'kubeadm token create --ttl 86400s' }, { create: 'kubeadm token create' }],
    unknown: [{ create: unknown }],
  },
  'hosts-kubelet': {
    type: section,
    bad: ['readOnlyPort: 10255', 'KUBELET_EXTRA_ARGS=--event-qps 0', 'authentication:\n  anonymous:\n    enabled: true', 'authorization:\n  mode: AlwaysAllow', 'KUBELET_EXTRA_ARGS=--read-only-port=10255', 'makeIPTablesUtilChains: false', 'cat >kubelet.yaml <<EOF\nreadOnlyPort: 10255\nEOF\n[ -f x ]\n', '{"authentication": {"anonymous": {"enabled": true}}}', '# kubelet\nauthentication:\n  webhook: {enabled: true}\n  anonymous:\n    # for now\n    enabled: true\n'].map((content) => file(content)),
    good: ['readOnlyPort: 0', 'rotateCertificates: yes', 'authentication:\n  anonymous:\n    enabled: false\n  webhook:\n    enabled: true', 'streamingConnectionIdleTimeout: 4h0m0s'].map((content) => file(content)),
    unknown: [file(unknown)],
  },
  'hosts-file-modes': {
    type: section,
    bad: [file('x', { mode: '666' }), file('x', { path: '/etc/wireguard/wg0.conf' }), file('x', { path: '/etc/kubernetes/kubelet.conf', mode: '640' }), file('x', { mode: 'rw' })],
    good: [file('x'), file('x', { path: '/etc/wireguard/wg0.conf', mode: '600' })],
    unknown: [file('x', { mode: unknown })],
  },
  'hosts-wireguard': {
    type: section,
    bad: [['0.0.0.0/0'], ['::/0'], ['0.0.0.0/1'], ['10.0.0.1/32', '10.0.0.1/32'], ['x']].map((allowedIps) => items({ kind: 'interface', peers: [{ allowedIps }] })),
    good: [items({ kind: 'interface', peers: [{ allowedIps: ['10.100.0.0/24', '10.0.0.0/8'] }, { allowedIps: ['10.100.0.2/32'] }] })],
    unknown: [items({ kind: 'interface', peers: unknown })],
  },
  'hosts-firewall': {
    type: section,
    bad: ['chain input {\n type filter hook input priority filter; policy accept;\n}', 'chain x {\n}', 'chain input {\n type filter hook input priority filter; policy drop;\n accept\n}'].map((content) => items({ kind: 'firewall', content })),
    good: [items({ kind: 'firewall', content: 'chain input {\n type filter hook input priority filter; policy drop;\n tcp dport 22 accept\n}' })],
    unknown: [items({ kind: 'firewall', content: unknown })],
  },
  'hosts-no-secret-in-command': {
    type: command,
    bad: [{ create: `kubeadm join --token ${secretText}` }, { create: 'mysql --password=hunter2' }, { create: 'TOKEN=hunter2 x' }, { environment: { DB_PASSWORD: 'hunter2' } }, { create: 'curl https://user:hunter2@x.example' }],
    good: [{ create: 'kubeadm join --token "$TOKEN"', environment: { LANG: 'C' } }, { create: 'read -r TOKEN; mysql --password="$TOKEN"' }],
    unknown: [{ create: unknown }, { environment: { DB_PASSWORD: unknown } }],
  },
  'hosts-quoted': {
    type: command,
    bad: [{ create: 'rm -r $FOLDER' }, { create: 'echo "a" ${B}' }],
    good: [{ create: 'rm -r "$FOLDER"' }, { create: "awk '{print $1}'" }, { create: 'A=$B; echo "$A"' }, { create: 'x # $Y' }],
    unknown: [{ create: unknown }],
  },
  'secrets-tls-keys': {
    type: 'tls:index/privateKey:PrivateKey',
    bad: [{ algorithm: 'ECDSA' }, { algorithm: 'ECDSA', ecdsaCurve: 'P224' }, { algorithm: 'RSA', rsaBits: 1024 }],
    good: [{ algorithm: 'ECDSA', ecdsaCurve: 'P256' }, { algorithm: 'RSA' }, { algorithm: 'RSA', rsaBits: 4096 }, { algorithm: 'ED25519' }],
    unknown: [{ algorithm: unknown }, { algorithm: 'ECDSA', ecdsaCurve: unknown }],
  },
  'secrets-certificate-lifetime': {
    type: 'tls:index/selfSignedCert:SelfSignedCert',
    bad: [{ validityPeriodHours: 9553 }, {}, { validityPeriodHours: 0 }, { validityPeriodHours: 87_601, isCaCertificate: unknown }, { validityPeriodHours: 87_601, isCaCertificate: true }],
    good: [{ validityPeriodHours: 2160 }, { validityPeriodHours: 87_600, isCaCertificate: true }],
    unknown: [{ validityPeriodHours: unknown }, { validityPeriodHours: 87_600, isCaCertificate: unknown }],
  },
  'secrets-random-passwords': { type: 'random:index/randomPassword:RandomPassword', bad: [{ length: 12 }, {}], good: [{ length: 32 }], unknown: [{ length: unknown }] },
}

describe('policies: each rule refuses what breaks it, passes what keeps it, and says of the unknown that it is', () => {
  for (const [id, { type, bad, good, unknown: open }] of Object.entries(cases)) {
    it(id, () => {
      const { evaluateAll } = only(new RegExp(`^${id}$`), { ...settings, registries: ['registry.example', 'ghcr.io/our-team', 'docker.io/library'] })
      const verdicts = (properties: unknown) => [...new Set(evaluateAll(resource(type, properties)).map(({ verdict }) => verdict))]
      for (const properties of bad) assert.ok(verdicts(properties).includes('violation'), `is not refused: ${JSON.stringify(properties)}`)
      for (const properties of good) assert.deepEqual(verdicts(properties), [], `is not passed: ${JSON.stringify(properties)}`)
      for (const properties of open) assert.deepEqual(verdicts(properties), ['unverifiable'], String(JSON.stringify(properties, (_, value) => (value === UNKNOWN ? '(unknown)' : value))))
      const told = bad.flatMap((properties) => evaluateAll(resource(type, properties))).map(({ message, path }) => message + path).join()
      assert.ok(!told.includes('hunter2') && !told.includes(secretText), told)
    })
  }
})

const namespace = (name: unknown, labels = {}) => resource('kubernetes:core/v1:Namespace', { metadata: { name, labels } }, 'namespace')
const inNamespace = (type: string, name: unknown, spec: object = {}) => resource(type, { metadata: { name: 'it', namespace: name }, spec }, 'it')
const policy = (name: unknown, spec: object) => inNamespace('kubernetes:networking.k8s.io/v1:NetworkPolicy', name, spec)
const quotaOf = (spec: unknown) => resource('kubernetes:core/v1:ResourceQuota', { metadata: { namespace: 'a' }, spec }, 'it')
const hard = { 'requests.cpu': '1', 'limits.memory': '1Gi' }
const rangeOf = (spec: unknown) => resource('kubernetes:core/v1:LimitRange', { metadata: { namespace: 'a' }, spec }, 'it')
const tenant = namespace('a', { 'paas-tier': 'tenant' })
const workload = (spec: object) => resource(deployment, { metadata: { namespace: 'a' }, spec: { template: { spec } } }, 'it')
const tolerations = [{ key: 'paas-tier', value: 'tenant', effect: 'NoSchedule' }]
const terms = (...values: string[][]) => ({
  tolerations,
  affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: values.map((list) => ({ matchExpressions: [{ key: 'paas-tier', operator: 'In', values: list }] })) } } },
})
const join = (nodeName: unknown) => resource(section, items({ kind: 'join', nodeName }), 'it')
const admission = (kind: string, fields: object) => resource(`kubernetes:admissionregistration.k8s.io/v1:${kind}`, fields, 'it')
const granted = (group: string, name: unknown, verb: string) => resource(role, { rules: [{ apiGroups: [group], resources: [name], verbs: [verb] }] }, 'it')
/** What a stack of tenants says of its platform's. */
const platformWith = (name: string) => resource('annex:index:PlatformReference', { boundedByAdmission: [name] }, 'prod')
const grantedByName = (verb: string) => resource(role, { rules: [{ apiGroups: [''], resources: ['persistentvolumes'], resourceNames: ['a-volume'], verbs: [verb] }] }, 'it')
const guarding = (name: string, action: string, operations = ['CREATE', 'UPDATE']) => [
  admission('ValidatingAdmissionPolicy', { metadata: { name: 'p' }, spec: { matchConstraints: { resourceRules: [{ operations, resources: [name] }] } } }),
  admission('ValidatingAdmissionPolicyBinding', { spec: { policyName: 'p', validationActions: [action] } }),
]
const kubeconfig = (server: string) => `apiVersion: v1\nkind: Config\nclusters:\n- name: a\n  cluster:\n    server: ${server}\n`
const route = (kind: string, name: string, ...hostnames: unknown[]) => resource(`kubernetes:gateway.networking.k8s.io/v1:${kind}`, { metadata: { namespace: name }, spec: { hostnames } }, 'it')
const host = (name: string, at: unknown) => resource(ingress, { metadata: { namespace: name }, spec: { rules: [{ host: at }] } }, 'it')

const everywhere = (subject: object) => resource('kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding', { roleRef: { kind: 'ClusterRole', name: 'view' }, subjects: [subject] }, 'it')
const boundIn = (name: string, group: string, kind = 'Role') => resource(binding, { metadata: { namespace: name }, roleRef: { kind, name: 'tenant' }, subjects: [{ kind: 'Group', name: group }] }, 'binding')
const account = (name: string, automountServiceAccountToken: unknown) => resource('kubernetes:core/v1:ServiceAccount', { metadata: { name, namespace: 'a' }, automountServiceAccountToken }, 'account')

const stacks: Record<string, { bad: Resource[][]; good: Resource[][]; unknown: Resource[][] }> = {
  'tenancy-default-deny': {
    bad: [[namespace('a')], [namespace('a'), policy('a', { podSelector: {}, policyTypes: ['Ingress'] })], [namespace('a'), policy('b', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] })], [namespace('a'), policy('a', { podSelector: { matchLabels: { a: 'b' } }, policyTypes: ['Ingress', 'Egress'] })], [namespace('a'), policy('a', { podSelector: { matchExpressions: [{ key: 'a', operator: 'Exists' }] }, policyTypes: ['Ingress', 'Egress'] })], [namespace('a'), policy('a', { podSelector: {} })], [namespace('a'), inNamespace('kubernetes:networking.k8s.io/v1:NetworkPolicyPatch', 'a', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] })]],
    good: [[namespace('a'), policy('a', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] })], [namespace('a'), policy('a', { podSelector: {}, policyTypes: ['Ingress'] }), policy('a', { policyTypes: ['Egress'] })], [namespace('a'), policy('a', { podSelector: {}, egress: [{ to: [{ podSelector: {} }] }] })], [namespace('kube-system')], []],
    unknown: [[namespace(UNKNOWN)], [namespace('a'), policy(UNKNOWN, { podSelector: {}, policyTypes: ['Ingress', 'Egress'] })], [namespace('a'), policy('a', { podSelector: UNKNOWN, policyTypes: ['Ingress', 'Egress'] })], [namespace('a'), policy('a', { podSelector: {}, policyTypes: UNKNOWN })]],
  },
  'tenancy-quota': {
    bad: [[namespace('a')], ...[{ hard: { pods: '1' } }, { hard, scopes: ['Terminating'] }, { hard, scopes: ['BestEffort', UNKNOWN] }, { hard, scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'Exists' }] } }].map((spec) => [namespace('a'), quotaOf(spec)])],
    good: [...[{ hard }, { hard, scopes: [], scopeSelector: {} }].map((spec) => [namespace('a'), quotaOf(spec)]), [namespace('a'), quotaOf({ hard: UNKNOWN }), quotaOf({ hard })]],
    unknown: [[namespace(UNKNOWN)], ...[UNKNOWN, { hard: UNKNOWN }, { hard, scopes: UNKNOWN }, { hard, scopeSelector: UNKNOWN }].map((spec) => [namespace('a'), quotaOf(spec)])],
  },
  'tenancy-limits': {
    bad: [[namespace('a')], ...[{}, { limits: [] }, { limits: [{ type: 'PersistentVolumeClaim', max: { storage: '1Gi' } }] }, { limits: [{ type: 'Container', default: { 'ephemeral-storage': '1Gi' } }] }, { limits: [{ type: 'Container', default: {}, min: { cpu: 1 } }, { type: 'Pod', default: UNKNOWN }] }].map((spec) => [namespace('a'), rangeOf(spec)])],
    good: [...['default', 'max'].map((name) => [namespace('a'), rangeOf({ limits: [{ type: UNKNOWN }, { type: 'Container', [name]: { memory: UNKNOWN } }] })])],
    unknown: [[namespace('a'), inNamespace('kubernetes:core/v1:LimitRange', UNKNOWN)], ...[UNKNOWN, { limits: UNKNOWN }, { limits: [{ type: UNKNOWN, default: { cpu: 1 } }] }, { limits: [{ type: 'Container', default: UNKNOWN }] }].map((spec) => [namespace('a'), rangeOf(spec)])],
  },
  'tenancy-placement': {
    bad: [
      [tenant, workload({})], [tenant, workload({ nodeSelector: { 'paas-tier': 'tenant' } })], [tenant, workload({ nodeSelector: { 'paas-tier': 'tenant' }, tolerations: [{ ...tolerations[0], effect: 'NoExecute' }] })], [tenant, workload(terms(['tenant'], ['cloud']))], [tenant, workload(terms(['tenant', 'cloud']))],
      [tenant, workload({ nodeSelector: { 'paas-tier': 'tenant' }, tolerations: [{ ...tolerations[0], operator: 'Gt' }] })],
      [tenant, workload({ tolerations, affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [UNKNOWN, { matchExpressions: [{ key: 'paas-tier', operator: 'In', values: ['cloud'] }] }] } } } })],
      [namespace('a'), resource('kubernetes:core/v1:NamespacePatch', { metadata: { name: 'a', labels: { 'paas-tier': 'tenant' } } }, 'patch'), workload({})],
      [resource('kubernetes:core/v1:Namespace', { metadata: { name: 'a', annotations: { 'annex/tenant': 'a' } } }, 'namespace'), workload({})],
    ],
    good: [[tenant, workload({ nodeSelector: { 'paas-tier': 'tenant' }, tolerations })], [tenant, workload({ nodeSelector: { 'paas-tier': 'tenant' }, tolerations: [{ operator: 'Exists' }] })], [tenant, workload(terms(['tenant']))], [namespace('a'), workload({})]],
    unknown: [
      [tenant, workload({ nodeSelector: UNKNOWN, tolerations })], ...[UNKNOWN, [UNKNOWN], [{ key: 'paas-tier', value: UNKNOWN }]].map((open) => [tenant, workload({ nodeSelector: { 'paas-tier': 'tenant' }, tolerations: open })]),
      [tenant, workload({ ...terms(['tenant']), affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [UNKNOWN] } } } })],
      [tenant, inNamespace(deployment, UNKNOWN, { template: { spec: { containers: [] } } })],
      ...[UNKNOWN, { 'paas-tier': UNKNOWN }].map((labels) => [resource('kubernetes:core/v1:Namespace', { metadata: { name: 'a', labels } }, 'namespace'), workload({})]),
    ],
  },
  'supply-no-token': {
    bad: [
      [workload({})], [workload({ automountServiceAccountToken: true })], [workload({ automountServiceAccountToken: true, serviceAccountName: 'default' })],
      [account('other', false), workload({})], [account('default', true), workload({})], [account('default', false), workload({ automountServiceAccountToken: true })],
    ],
    good: [[workload({ automountServiceAccountToken: false })], [resource(`${deployment}Patch`, { metadata: { namespace: 'a' }, spec: { template: { spec: { hostIPC: false } } } }, 'it')], ...['serviceAccountName', 'serviceAccount'].map((key) => [workload({ automountServiceAccountToken: true, [key]: 'operator' })]), [account('default', false), workload({})], [account('it', false), workload({ serviceAccountName: 'it' })]],
    unknown: [[workload({ automountServiceAccountToken: UNKNOWN })]],
  },
  'network-host-owner': {
    bad: [[host('a', 'x.example'), host('b', 'x.example')], ...['HTTPRoute', 'TLSRoute', 'GRPCRoute'].flatMap((kind) => [[route(kind, 'a', 'x.example'), route(kind, 'b', 'y.example', 'x.example')], [host('a', 'x.example'), route(kind, 'b', 'x.example')]])],
    good: [[host('a', 'x.example'), host('a', 'x.example'), host('b', 'y.example')], [host('default', 'x.example'), resource(ingress, { spec: { rules: [{ host: 'x.example' }] } }, 'it')], [host('a', 'x.example'), route('HTTPRoute', 'a', 'x.example'), route('GRPCRoute', 'b', 'y.example')]],
    unknown: [[host('a', 'x.example'), host('b', UNKNOWN)], [route('HTTPRoute', 'a', UNKNOWN)]],
  },
  'rbac-isolation': {
    bad: [
      [granted('networking.k8s.io', 'networkpolicies', 'delete')],
      [granted('', 'resourcequotas', 'create'), ...guarding('resourcequotas', 'Deny')],
      [granted('networking.k8s.io', 'networkpolicies', 'create'), ...guarding('networkpolicies', 'Audit')],
      [granted('networking.k8s.io', 'networkpolicies', 'create'), ...guarding('pods', 'Deny')],
      ...[['CREATE'], ['UPDATE', 'DELETE']].map((operations) => [granted('networking.k8s.io', 'networkpolicies', 'create'), ...guarding('networkpolicies', 'Deny', operations)]),
      [granted('networking.k8s.io', 'networkpolicies', 'create'), platformWith('pods')],
      [granted('', 'resourcequotas', 'create'), platformWith('resourcequotas')],
      [granted('rbac.authorization.k8s.io', 'clusterroles', 'patch'), ...guarding('clusterroles', 'Deny')],
      [granted('rbac.authorization.k8s.io', 'clusterrolebindings', 'create'), platformWith('clusterrolebindings')],
    ],
    good: [[granted('rbac.authorization.k8s.io', 'clusterroles', 'get')], [granted('networking.k8s.io', 'networkpolicies', 'list')], [granted('networking.k8s.io', 'networkpolicies', 'create'), platformWith('networkpolicies')], [granted('networking.k8s.io', 'networkpolicies', 'create'), ...guarding('networkpolicies', 'Deny')], [granted('networking.k8s.io', 'networkpolicies', 'create'), ...guarding('networkpolicies', 'Deny', ['*'])]],
    unknown: [[granted('networking.k8s.io', UNKNOWN, 'create')]],
  },
  'rbac-cluster-wide': {
    bad: [
      [tenant, everywhere({ kind: 'ServiceAccount', name: 'x', namespace: 'a' })],
      [tenant, everywhere({ kind: 'Group', name: 'system:serviceaccounts:a' })],
      [tenant, everywhere({ kind: 'User', name: 'system:serviceaccount:a:x' })],
      [tenant, boundIn('a', 'team-a'), everywhere({ kind: 'Group', name: 'team-a' })],
      [resource('kubernetes:core/v1:NamespacePatch', { metadata: { name: 'a', labels: { 'paas-tier': 'tenant' } } }, 'patch'), everywhere({ kind: 'ServiceAccount', name: 'x', namespace: 'a' })],
    ],
    good: [
      [tenant, everywhere({ kind: 'ServiceAccount', name: 'x', namespace: 'operators' }), everywhere({ kind: 'Group', name: 'system:serviceaccounts:ab' })],
      [tenant, boundIn('b', 'team-b'), everywhere({ kind: 'Group', name: 'team-b' })],
      [tenant, boundIn('a', 'team-a'), everywhere({ kind: 'User', name: 'team-a' })],
      [tenant, boundIn('a', 'admins', 'ClusterRole'), everywhere({ kind: 'Group', name: 'admins' })],
    ],
    unknown: [],
  },
  'rbac-volumes': {
    bad: [
      [granted('', 'persistentvolumes', 'create')],
      [granted('', 'persistentvolumes', 'patch'), ...guarding('persistentvolumes', 'Deny')],
      [grantedByName('patch')],
      [grantedByName('patch'), ...guarding('persistentvolumes', 'Audit')],
      [grantedByName('create'), ...guarding('persistentvolumes', 'Deny')],
    ],
    good: [[granted('', 'persistentvolumes', 'list')], [grantedByName('patch'), ...guarding('persistentvolumes', 'Deny')]],
    unknown: [[granted('', UNKNOWN, 'patch')]],
  },
  'admission-bound': {
    bad: [[admission('ValidatingAdmissionPolicy', { metadata: { name: 'p' } })], [admission('MutatingAdmissionPolicy', { metadata: { name: 'p' } }), admission('ValidatingAdmissionPolicyBinding', { spec: { policyName: 'p' } })]],
    good: [[admission('ValidatingAdmissionPolicy', { metadata: { name: 'p' } }), admission('ValidatingAdmissionPolicyBinding', { spec: { policyName: 'p' } })]],
    unknown: [[admission('ValidatingAdmissionPolicy', { metadata: { name: 'p' } }), admission('ValidatingAdmissionPolicyBinding', { spec: { policyName: UNKNOWN } })], [admission('ValidatingAdmissionPolicy', { metadata: { name: UNKNOWN } }), admission('ValidatingAdmissionPolicyBinding', { spec: { policyName: UNKNOWN } })]],
  },
  'hosts-unique-names': { bad: [[join('a'), join('a')]], good: [[join('a'), join('b')]], unknown: [[join(UNKNOWN)]] },
}

describe('policies: each rule about the whole stack', () => {
  for (const [id, { bad, good, unknown: open }] of Object.entries(stacks)) {
    it(id, () => {
      const { inStack } = only(new RegExp(`^${id}$`))
      for (const resources of bad) assert.match(inStack(...resources).join(), /^violation /, JSON.stringify(resources))
      for (const resources of good) assert.deepEqual(inStack(...resources), [], JSON.stringify(resources))
      for (const resources of open) assert.match(inStack(...resources).join(), /^unverifiable /)
    })
  }

  it('leaves kinds of other groups alone that only have the same name', () => {
    const { findings, inStack } = only(/^(network|tenancy-default|rbac|transport-ingress)/)
    const open = { ingress: [{}], rules: [{}], type: 'NodePort', externalIPs: ['192.0.2.1'] }
    for (const type of ['crd.projectcalico.org/v1:NetworkPolicy', 'serving.knative.dev/v1:Service', 'config.openshift.io/v1:Ingress']) assert.deepEqual(findings(`kubernetes:${type}`, { spec: open }), [], type)
    assert.deepEqual(inStack(resource('kubernetes:management.example/v1:Namespace', { metadata: { name: 'a' } })), [])
  })

  it('asks of a patch, which somebody else completes, only what it sets', () => {
    const { findings } = only(/^(admission-enforced|storage-local-volumes|transport-ingress-tls)$/)
    const binding = (spec: object) => findings('kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicyBindingPatch', { spec }).length
    assert.deepEqual([binding({ policyName: 'p' }), binding({ validationActions: ['Warn'] })], [0, 1])
    assert.deepEqual(findings('kubernetes:core/v1:PersistentVolumePatch', { spec: { local: { path: '/mnt/a' } } }), [])
    assert.deepEqual(findings(`${ingress}Patch`, { spec: { rules: [{ host: 'a.example.com' }] } }), [])
  })

  it('judges each object of a list by its own group', () => {
    const { findings } = only(/^network-not-widened$/)
    const open = { ingress: [{}] }
    const list = (...apiVersions: string[]) => findings('kubernetes:core/v1:List', { items: apiVersions.map((apiVersion) => ({ apiVersion, kind: 'NetworkPolicy', spec: open })) })
    assert.deepEqual(list('crd.projectcalico.org/v1', 'networking.k8s.io/v1'), ['violation network-not-widened items[1].spec.ingress[0]'])
  })

  it('minds what is in the namespace default, of every kind that has a namespace', () => {
    const { findings } = only(/^tenancy-default-namespace$/)
    const kinds = ['core/v1:PodTemplate', 'autoscaling/v2:HorizontalPodAutoscaler', 'policy/v1:PodDisruptionBudget', 'core/v1:Endpoints', ...['HTTPRoute', 'GRPCRoute', 'TLSRoute'].map((kind) => `gateway.networking.k8s.io/v1:${kind}`)]
    for (const kind of kinds) assert.deepEqual([findings(`kubernetes:${kind}`, {}).length, findings(`kubernetes:${kind}`, { metadata: { namespace: 'a' } }).length], [1, 0], kind)
  })

  it('minds a network policy that names every namespace in more words, and a role that gathers all roles', () => {
    const { findings } = only(/^(network-not-widened|rbac-cluster-admin)$/)
    const from = (...matchExpressions: object[]) => findings('kubernetes:networking.k8s.io/v1:NetworkPolicy', { spec: { ingress: [{ from: [{ namespaceSelector: { matchExpressions } }] }] } }).length
    const name = { key: 'kubernetes.io/metadata.name' }
    const team = { key: 'team' }
    const open = [[{ ...name, operator: 'Exists' }], [{ ...name, operator: 'NotIn', values: ['a'] }], [{ ...team, operator: 'NotIn', values: ['a'] }], [{ ...team, operator: 'DoesNotExist' }], [{ ...name, operator: 'Exists' }, { ...team, operator: 'DoesNotExist' }]]
    const closed = [[{ ...name, operator: 'In', values: ['a'] }], [{ ...team, operator: 'Exists' }], [{ ...team, operator: 'In', values: ['a'] }, { ...team, operator: 'NotIn', values: ['b'] }]]
    assert.deepEqual([open.map((list) => from(...list)), closed.map((list) => from(...list))], [[1, 1, 1, 1, 1], [0, 0, 0]])
    const gathers = (...clusterRoleSelectors: unknown[]) => findings(role, { aggregationRule: { clusterRoleSelectors } })
    assert.deepEqual([gathers({}), gathers({ matchLabels: { a: 'b' } }), gathers(UNKNOWN)], [['violation rbac-cluster-admin aggregationRule.clusterRoleSelectors[0]'], [], ['unverifiable rbac-cluster-admin aggregationRule.clusterRoleSelectors[0]']])
    const [key, value] = ['kubernetes.io/bootstrapping', 'rbac-defaults']
    const expressions = (...matchExpressions: object[]) => ({ matchExpressions })
    for (const selector of [
      { matchLabels: { [key]: value } }, expressions({ key, operator: 'In', values: ['a', value] }), expressions({ key, operator: 'NotIn', values: ['a'] }), expressions({ key, operator: 'Exists' }),
      expressions({ key: 'team', operator: 'DoesNotExist' }), expressions({ key: 'team', operator: 'NotIn', values: [UNKNOWN] }),
    ]) assert.match(gathers(selector).join(), /^violation /, JSON.stringify(selector))
    for (const selector of [
      { matchLabels: { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' } }, { matchLabels: { [key]: value, a: UNKNOWN } }, { matchLabels: { [key]: 'other' } }, expressions({ key, operator: 'In', values: ['a'] }),
      expressions({ key, operator: 'NotIn', values: [value, UNKNOWN] }), expressions({ key, operator: 'DoesNotExist' }), expressions({ key: 'team', operator: 'Exists' }), expressions({ key: 'team', operator: 'In', values: [UNKNOWN] }),
    ]) assert.deepEqual(gathers(selector), [], JSON.stringify(selector))
    for (const selector of [{ matchLabels: UNKNOWN }, { matchLabels: { [key]: UNKNOWN } }, { matchExpressions: UNKNOWN }, expressions({ key, operator: 'In', values: UNKNOWN }), expressions({ key, operator: 'NotIn', values: ['a', UNKNOWN] }), expressions({ key: UNKNOWN, operator: 'Exists' }), expressions({ key, operator: UNKNOWN })]) {
      assert.match(gathers(selector).join(), /^unverifiable /)
    }
  })

  it("counts a pod's own resources only since there are some", () => {
    const spec = { resources: { requests: { cpu: 1, memory: '1Mi' }, limits: { memory: '1Mi' } }, containers: [{ name: 'a' }] }
    const found = [33, 34].map((kubernetesMinor) => only(/^supply-resources$/, { ...settings, kubernetesMinor }).findings('kubernetes:core/v1:Pod', { spec }).length)
    assert.deepEqual(found, [3, 0])
  })

  it('says of a variable that its value switches the check of certificates off, once', () => {
    const { findings } = only(/^transport-verify$/)
    const env = ['VAULT_SKIP_VERIFY', 'GIT_SSL_NO_VERIFY', 'HTTP_PORT'].map((name) => ({ name, value: 'true' }))
    assert.deepEqual(findings('kubernetes:core/v1:Pod', { spec: { containers: [{ env }] } }), ['value', 'name'].map((field, index) => `violation transport-verify spec.containers[0].env[${index}].${field}`))
  })

  describe('finds secrets in the files of a ConfigMap, by their lines', () => {
    const { evaluateAll, findings } = only(/^supply-no-secret-in-env$/)
    const type = 'kubernetes:core/v1:ConfigMap'
    const inFile = (name: string, text: string) => findings(type, { data: { [name]: text } }).length

    it('says in which line, and shows nothing of it', () => {
      const [{ path, message } = { path: '', message: '' }] = evaluateAll(resource(type, { data: { 'app.properties': 'user=app\r\ndb.password=hunter2\r\n' } }))
      assert.equal(path, 'data["app.properties"]')
      assert.match(message, /holds a secret in plain text in its line 2 \(not shown\)/)
      assert.ok(!message.includes('hunter2'))
    })

    for (const line of [
      'password=hunter2', 'spring.datasource.password = hunter2', 'export AWS_SECRET_ACCESS_KEY=hunter2', '  password: hunter2', '- token: "hunter2"', 'API_KEY=\'hunter2\'', '"clientSecret":"hunter2",', 'dbPassword: hunter2 # for now',
      'db: {host: x, password: hunter2}', '{"a":1,"db":{"passwd":"hunter2"}}', 'client_secret: a-quiet-word', 'PGPASSWORD=hunter2', 'encryption.key: hunter2', 'passphrase=Hunter.2!', 'ssl.keystore.password=changeit',
    ]) it(`refuses ${line}`, () => assert.equal(inFile('config', line), 1))

    for (const line of [
      '# password=hunter2', '; password=hunter2', '// password: hunter2', 'password=', 'password: ""', 'password: null', 'password: ~', 'password: 8', 'password: true', 'password: ${PASSWORD}', 'password: $PASSWORD', 'password=%(password)s', 'password: <password>', 'password: {{ .password }}',
      'password: "{{ .a }}-x"', 'password: ****', 'password: xxxx', 'password: |', 'password: [a, b]', 'password: {', 'password: *anchor', 'token: /var/run/secrets/token', 'token: ./token', 'token: https://id.example/token', 'token = os.getenv("TOKEN")', 'token = settings.token', 'token == hunter2',
      'credentials: app', 'secrets: app', 'pass: through', 'password_file: hunter2', 'tokens: hunter2', 'tokenizer: hunter2', 'password is: hunter2', 'the password: hunter2', 'secret: app-tls', 'existingSecret: hunter2', 'passwordSecretKey: hunter2', 'secretKey: password', 'initial-cluster-token: etcd-1', 'token: string', '"token": {"type": "string"}',
    ]) it(`passes ${line}`, () => assert.equal(inFile('config', line), 0))

    it('tells once of a variable whose text looks like a setting', () => assert.equal(inFile('DB_PASSWORD', 'password=hunter2'), 1))

    it('looks at files of settings, not at programs and pages', () => {
      for (const name of ['config', '.env', 'prod.env', 'a.properties', 'a.yaml', 'a.yml', 'a.json', 'a.ini', 'nginx.conf', 'a.cfg', 'my.cnf', 'a.toml', 'a.txt']) assert.equal(inFile(name, 'a=b\npassword=hunter2\n'), 1, name)
      for (const name of ['run.sh', 'a.py', 'a.lua', 'page.html', 'a.conf.tpl']) assert.equal(inFile(name, 'password=hunter2\n'), 0, name)
      assert.equal(inFile('run', '#!/bin/sh\npassword=hunter2\n'), 0)
    })

    it('reads whatever text in linear time', () => {
      const read = (part: string) => {
        for (const start of ['', 'password: ', 'password="', 'password: /etc/', 'token = {']) inFile('config', `${start}${part.repeat(190_000 / part.length)}!`)
        for (const name of [part.repeat(190_000 / part.length), `${part.repeat(190_000 / part.length)}password`]) inFile(name, 'x')
      }
      const parts = [' ', 'a', '_', '-', '.', '=', '"', '{', '${', '{{', '}', ',', '#', '\n', 'password', 'password=', 'password: ', 'token:\t', 'key =', '/etc', 'a.b', '-a1']
      assert.ok(cpuSeconds(() => parts.forEach(read)) < 5)
    })
  })

  it('minds who may act as somebody else, by the old verb and by those of constrained impersonation', () => {
    const { evaluateAll } = only(/^rbac-escalation$/)
    const told = (group: string, name: string, verb: unknown) => evaluateAll(resource(role, grant(group, name, verb))).map(({ verdict, message }) => `${verdict} ${/ on "(.*?)"/.exec(message)?.[1]}`).join()
    const authentication = 'authentication.k8s.io'
    assert.deepEqual(
      [told('', 'users', 'impersonate'), told(authentication, 'uids', 'impersonate:user-info'), told(authentication, 'serviceaccounts', 'impersonate:serviceaccount'), told(authentication, 'nodes', 'impersonate:arbitrary-node'), told(authentication, 'nodes', 'impersonate:associated-node'), told(authentication, 'nodes', UNKNOWN)],
      ['violation users', 'violation uids', 'violation serviceaccounts', 'violation nodes', 'violation nodes', 'unverifiable undefined'],
    )
    assert.deepEqual([told(authentication, 'userextras/hunter2', 'impersonate'), told(authentication, 'userextras/scopes', 'impersonate:user-info')], ['violation userextras/...', 'violation userextras/...'])
    // Without a key it is nothing that the API server asks about, and the nodes of the core group are no users.
    assert.deepEqual([told(authentication, 'userextras', 'impersonate'), told('', 'nodes', '*'), told('', 'pods', 'impersonate-on:user-info:list')], ['', '', ''])
  })

  it('minds an API server over http, wherever a kubeconfig is kept', () => {
    const { findings } = only(/^transport-plain-http$/)
    const [far, near, closed] = ['http://198.51.100.1:8080', 'http://127.0.0.1:8001', 'https://198.51.100.1:6443'].map(kubeconfig)
    const holders: [string, string, (text: string) => object][] = [
      ['pulumi:providers:kubernetes', 'kubeconfig', (text) => ({ kubeconfig: text })],
      ['pulumi:providers:kubernetes', 'kubeconfig', (text) => ({ kubeconfig: JSON.stringify(parse(text)) })],
      ['kubernetes:core/v1:ConfigMap', 'data.config', (text) => ({ data: { config: text } })],
      ['kubernetes:core/v1:Secret', 'stringData.config', (text) => ({ stringData: { config: text } })],
      ['kubernetes:core/v1:Secret', 'data.config', (text) => ({ data: { config: Buffer.from(text).toString('base64') } })],
      [section, 'document.items[0].content', (text) => file(text)],
    ]
    for (const [type, path, holding] of holders) {
      assert.deepEqual([far, near, closed].map((text) => findings(type, holding(text!))), [[`violation transport-plain-http ${path}`], [], []], type)
    }
    assert.equal(findings(command, { create: 'kubectl --server=http://198.51.100.1:8080 get pods' }).length, 1)
    assert.deepEqual(findings('pulumi:providers:kubernetes', { kubeconfig: UNKNOWN }), ['unverifiable transport-plain-http kubeconfig'])
    assert.deepEqual(findings('kubernetes:core/v1:ConfigMap', { data: { a: 'server: http://app.example\n' } }), [])
  })

  it("reads a kubelet's configuration as a manifest, and in kubeadm's ConfigMap", () => {
    const { findings } = only(/^hosts-kubelet$/)
    assert.deepEqual(findings('kubernetes:kubelet.config.k8s.io/v1beta1:KubeletConfiguration', { readOnlyPort: 10255, authentication: { anonymous: { enabled: UNKNOWN } } }), ['unverifiable hosts-kubelet authentication.anonymous.enabled', 'violation hosts-kubelet readOnlyPort'])
    assert.deepEqual(findings('kubernetes:core/v1:ConfigMap', { data: { kubelet: 'kind: KubeletConfiguration\nauthorization:\n  mode: AlwaysAllow\n' } }), ['violation hosts-kubelet data.kubelet'])
    assert.deepEqual(findings('kubernetes:core/v1:ConfigMap', { data: { app: 'readOnlyPort: 10255\n', kubelet: 'kind: KubeletConfiguration\nauthorization:\n  mode: Webhook\n' } }), [])
  })

  it('tells every fault of a text, each once', () => {
    const { evaluateAll } = only(/^hosts-kubelet$/)
    const told = evaluateAll(resource(section, file('readOnlyPort: 10255\nmakeIPTablesUtilChains: false\n'))).map(({ message }) => /\(CIS [\d.]+\)/.exec(message)?.[0])
    assert.deepEqual(told, ['(CIS 4.2.4)', '(CIS 4.2.6)'])
  })

  it('minds what a binding does where its parameters are not there', () => {
    const { findings } = only(/^admission-fail-closed$/)
    const of = (parameterNotFoundAction: unknown) => findings('kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicyBinding', { spec: { paramRef: { name: 'p', parameterNotFoundAction } } })
    assert.deepEqual([of('Allow'), of('Deny'), of(UNKNOWN)], [['violation admission-fail-closed spec.paramRef.parameterNotFoundAction'], [], ['unverifiable admission-fail-closed spec.paramRef.parameterNotFoundAction']])
  })

  it('has a case for every rule that no other test is about', () => {
    const elsewhere = /^(pods-|admission-kept|secrets-no-private-key|namespaces-pod-security-labels|hosts-host-key|hosts-no-key-in-connection)/
    assert.deepEqual(
      rules.map(({ id }) => id).filter((id) => !elsewhere.test(id) && !(id in cases) && !(id in stacks)),
      [],
    )
  })
})
