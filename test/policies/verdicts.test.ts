import assert from 'node:assert/strict'
import { UNKNOWN } from '../../policies/field.ts'
import { command, items, only, resource, section } from './resource.ts'

describe('policies: the verdicts of what people write', () => {
  const file = (path: unknown, mode: string) => items({ kind: 'file', path, mode, content: 'x' })
  const table = (content: string) => items({ kind: 'firewall', table: 'a', content })
  const input = 'chain input {\n  type filter hook input priority filter; policy drop;\n'
  const environment = (name: string, value: string) => ({ environment: { [name]: value } })
  const volume = (path: string) => ({ spec: { local: { path }, nodeAffinity: { required: { nodeSelectorTerms: [{}] } }, persistentVolumeReclaimPolicy: 'Retain' } })
  const tokenUntil = (expiration: unknown) => ({ type: 'bootstrap.kubernetes.io/token', stringData: { 'token-id': 'abcdef', ...(expiration === undefined ? {} : { expiration }) } })
  const tenants = { namespaceSelector: { matchLabels: { 'paas-tier': 'tenant' } } }
  const verdicts: [id: string, verdict: 'violation' | 'unverifiable' | undefined, type: string, properties: unknown[], name?: string][] = [
    ['hosts-no-secret-in-command', 'violation', command, [environment('DATABASE_URL', 'postgres://app:hunter2@db/app'), ...['SECRET_KEY', 'MYSQL_PWD', 'ENCRYPTION_KEY', 'TOKEN_PROD'].map((name) => environment(name, 'hunter2hunter2'))]],
    ['hosts-no-secret-in-command', undefined, command, [environment('BYPASS', 'true'), environment('GIT_ASKPASS', '/bin/ask'), environment('USE_TOKEN', 'true'), environment('GOOGLE_APPLICATION_CREDENTIALS', '/etc/key.json')]],
    ['hosts-token-lifetime', 'unverifiable', 'kubernetes:core/v1:Secret', [{ type: UNKNOWN, stringData: { 'token-id': 'abcdef' } }, tokenUntil(UNKNOWN)]],
    ['hosts-token-lifetime', 'violation', 'kubernetes:core/v1:Secret', [tokenUntil('2099-01-01T00:00:00Z'), tokenUntil('+020260-01-01T00:00:00Z'), tokenUntil('2026-11-25T00:00:00Z'), tokenUntil('2026-11-24T23:00:00-05:00'), tokenUntil(''), { ...tokenUntil(undefined), data: { expiration: 'MjA5OS0wMS0wMVQwMDowMDowMFo=' } }]],
    ['hosts-token-lifetime', undefined, 'kubernetes:core/v1:Secret', [tokenUntil('2026-11-23T10:00:00Z'), tokenUntil('2026-11-24T09:59:59+02:00'), tokenUntil('2020-01-01T00:00:00Z'), tokenUntil('never'), { ...tokenUntil(undefined), data: { expiration: 'MjAyNi0xMS0yM1QxMDowMDowMFo=' } }]],
    ['hosts-file-modes', 'violation', section, ['/root/.kube/config', '/var/lib/kubelet/config.json', '/etc/systemd/system/kubelet.service.d/10-kubeadm.conf'].map((path) => file(path, '644'))],
    ['hosts-file-modes', undefined, section, ['/var/lib/kubelet/pki/kubelet.crt', '/etc/wireguard/wg0.pub'].map((path) => file(path, '644'))],
    ['hosts-file-modes', 'unverifiable', section, [file(UNKNOWN, '644')]],
    ['hosts-firewall', undefined, section, [table('chain input {\n  type filter hook input priority 0;\n  policy drop;\n}'), table(`chain trusted {\n  accept\n}\n${input}  ip saddr 10.0.0.0/8 jump trusted\n}`), table(`${input}}\nchain output {\n  type filter hook output priority filter; policy accept;\n  accept\n}`)]],
    ['hosts-firewall', 'violation', section, [
      table(`${input}}\nchain forward {\n  type filter hook forward priority filter; policy accept;\n}`), table('# policy drop;\nchain input {\n  type filter hook input priority 0; policy accept;\n}'),
      table('chain input {\n  type filter hook input priority 0; # policy drop;\n}'), table('chain input { type filter hook input priority 0; policy drop; accept; }'), table(`${input}  accept comment "all"\n}`), table(`${input}  counter packets 0 bytes 0 accept\n}`),
      table('chain input {\n  type filter hook input priority filter; policy drop\n  tcp dport 22 accept comment "own chain"\n  accept\n}'), table(`chain all {\n  accept\n}\n${input}  jump all\n}`),
      items({ kind: 'unit', name: 'nftables.service', enabled: false, running: false }),
    ]],
    ['hosts-firewall', undefined, section, ['*nat\n:INPUT ACCEPT [0:0]\nCOMMIT\n*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\nCOMMIT\n', 'chain a {\n  type filter hook forward priority mangle; policy accept;\n}\nchain b {\n  type filter hook forward priority filter; policy drop;\n}\n'].map((content) => items({ kind: 'file', path: '/etc/it', mode: '644', content }))],
    ['hosts-no-secret-in-command', 'violation', command, [{ environment: { PASSWORD: 12_345_678 } }]],
    ['hosts-wireguard', 'violation', section, [items({ kind: 'peer', interface: 'wg0', name: 'a', allowedIps: ['0.0.0.0/1', '128.0.0.0/1'] }), items({ kind: 'interface', name: 'wg0', peers: [{ allowedIps: ['10.0.0.1/32'] }] }, { kind: 'peer', interface: 'wg0', name: 'b', allowedIps: ['10.0.0.1/32'] })]],
    ['hosts-wireguard', undefined, section, [items({ kind: 'peer', interface: 'wg0', name: 'a', allowedIps: ['10.0.0.1/32'] }, { kind: 'peer', interface: 'wg1', name: 'a', allowedIps: ['10.0.0.1/32'] })]],
    ['hosts-wireguard', 'unverifiable', section, [items({ kind: 'peer', interface: 'wg0', name: 'a', allowedIps: UNKNOWN })]],
    ['transport-plain-http', 'violation', 'kubernetes:helm.sh/v3:Release', [{ chart: 'http://charts.example/a-1.tgz' }]],
    ['transport-plain-http', 'violation', 'kubernetes:helm.sh/v4:Chart', [{ chart: 'oci://x.example/y', plainHttp: true }]],
    ['transport-plain-http', 'violation', 'kubernetes:argoproj.io/v1alpha1:Application', [{ spec: { sources: [{ repoURL: 'http://git.example/x' }] } }]],
    ['transport-plain-http', 'violation', 'kubernetes:external-secrets.io/v1:SecretStore', [{ spec: { provider: { vault: { server: 'http://vault.example:8200' } } } }]],
    ['transport-verify', 'violation', 'kubernetes:core/v1:ConfigMap', [{ data: { a: 'insecureSkipVerify: "true"' } }]],
    ['transport-verify', undefined, 'kubernetes:core/v1:ConfigMap', [{ data: { a: '# insecure_skip_verify: true' } }]],
    ['secrets-certificate-lifetime', 'unverifiable', 'tls:index/selfSignedCert:SelfSignedCert', [{ validityPeriodHours: 20_000, isCaCertificate: UNKNOWN }]],
    ['secrets-random-passwords', undefined, 'random:index/randomId:RandomId', [{ byteLength: 4 }], 'passive-node'],
    ['secrets-random-passwords', 'violation', 'random:index/randomUuid:RandomUuid', [{}], 'apiToken'],
    ['network-not-widened', 'violation', 'kubernetes:networking.k8s.io/v1:NetworkPolicy', [{ spec: { ingress: [{ from: [tenants] }] } }, { spec: { ingress: [{ from: [{ namespaceSelector: { matchExpressions: [{ key: 'paas-tier', operator: 'Exists' }] } }] }] } }]],
    ['network-not-widened', undefined, 'kubernetes:networking.k8s.io/v1:NetworkPolicy', [{ metadata: { namespace: 'paas-system' }, spec: { ingress: [{ from: [tenants] }] } }, { spec: { ingress: [{ from: [{ namespaceSelector: { matchLabels: { 'paas-tier': 'tenant', team: 'a' } } }] }] } }]],
    ['admission-enforced', 'unverifiable', 'kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicyBinding', [{ spec: { validationActions: ['Audit', UNKNOWN] } }]],
    ['admission-enforced', undefined, 'kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicyBinding', [{ spec: { validationActions: ['Deny', UNKNOWN] } }]],
    ['storage-local-volumes', 'violation', 'kubernetes:core/v1:PersistentVolume', ['/var/spool/cron', '/var/lib/dpkg', '/var/lib/systemd/system', '/opt/bin'].map(volume)],
    ['supply-no-secret-in-env', 'unverifiable', 'kubernetes:core/v1:ConfigMap', [{ data: UNKNOWN }, { data: { a: UNKNOWN } }]],
    ['supply-no-secret-in-env', 'unverifiable', 'kubernetes:core/v1:Pod', [{ spec: { containers: [{ env: UNKNOWN }] } }, { spec: { containers: [{ env: [{ name: 'HOST', value: UNKNOWN }] }] } }]],
    ['rbac-cross-namespace', 'unverifiable', 'kubernetes:rbac.authorization.k8s.io/v1:RoleBinding', [{ metadata: { namespace: 'a' }, subjects: UNKNOWN }]],
    ['tenancy-tolerations', 'unverifiable', 'kubernetes:core/v1:Pod', [{ spec: { containers: [{}], tolerations: [{ operator: UNKNOWN }] } }]],
  ]
  for (const [id, verdict, type, all, name] of verdicts) {
    it(`${id}: ${verdict ?? 'nothing'} in ${type.split(':').at(-1)}`, () => {
      const { evaluateAll } = only(new RegExp(`^${id}$`))
      for (const properties of all) assert.deepEqual([...new Set(evaluateAll(resource(type, properties, name)).map((found) => found.verdict))], verdict === undefined ? [] : [verdict], JSON.stringify(properties))
    })
  }
})
