import assert from 'node:assert/strict'
import { UNKNOWN } from '../../policies/field.ts'
import { settings } from '../../policies/settings.ts'
import { goodPodSpec, only, resource } from './resource.ts'

const { evaluateAll, findings } = only(/^(pods-(privileged|capabilities|host-namespaces|host-path|host-process)|storage-host-path|secrets-.*)$/)

/** Every kind that makes pods, in each API version that Kubernetes had it in, with the way to its pod spec. */
const WORKLOADS: Record<string, (spec: unknown) => unknown> = {
  'core/v1:Pod': (spec) => ({ spec }),
  'core/v1:PodTemplate': (spec) => ({ template: { spec } }),
  'core/v1:ReplicationController': (spec) => ({ spec: { template: { spec } } }),
  ...Object.fromEntries(
    ['apps/v1', 'apps/v1beta1', 'apps/v1beta2', 'extensions/v1beta1'].flatMap((version) =>
      ['Deployment', 'DaemonSet', 'StatefulSet', 'ReplicaSet'].map((kind) => [
        `${version}:${kind}`,
        (spec: unknown) => ({ spec: { template: { spec } } }),
      ]),
    ),
  ),
  'batch/v1:Job': (spec) => ({ spec: { template: { spec } } }),
  ...Object.fromEntries(
    ['batch/v1', 'batch/v1beta1', 'batch/v2alpha1'].map((version) => [
      `${version}:CronJob`,
      (spec: unknown) => ({ spec: { jobTemplate: { spec: { template: { spec } } } } }),
    ]),
  ),
}

const DEPLOYMENT = 'kubernetes:apps/v1:Deployment'
const at = 'spec.template.spec'

function deployment(spec: unknown) {
  return { metadata: { name: 'it' }, spec: { template: { spec } } }
}

function found(spec: unknown): string[] {
  return findings(DEPLOYMENT, deployment(spec))
}

describe('policies/pods: no pod takes more of its node than its own container', () => {
  for (const [type, wrap] of Object.entries(WORKLOADS)) {
    it(`sees the pods of ${type}, of its Patch and of its List`, () => {
      const bad = { ...goodPodSpec, hostNetwork: true }
      for (const token of [`kubernetes:${type}`, `kubernetes:${type}Patch`]) {
        assert.deepEqual(findings(token, wrap(goodPodSpec)), [])
        assert.match(
          findings(token, wrap(bad)).join(),
          /^violation pods-host-namespaces [\w.]+\.hostNetwork$|^violation pods-host-namespaces spec\.hostNetwork$/,
        )
      }
      assert.match(
        findings(`kubernetes:${type}List`, { items: [wrap(goodPodSpec), wrap(bad)] }).join(),
        /^violation pods-host-namespaces items\[1\]\.[\w.]+\.hostNetwork$/,
      )
    })
  }

  it('sees a Patch that sets one field and no container', () => {
    assert.deepEqual(findings('kubernetes:apps/v1:DeploymentPatch', deployment({ hostPID: true })), [
      `violation pods-host-namespaces ${at}.hostPID`,
    ])
  })

  it('asks of a Patch or a custom resource, which somebody else completes, nothing that it does not set', () => {
    const { findings } = only(/^pods-(seccomp-set|privilege-escalation|run-as-non-root|capabilities-dropped)$/)
    const bare = { containers: [{ name: 'a' }] }
    assert.deepEqual(findings('kubernetes:apps/v1:DeploymentPatch', deployment(bare)), [])
    assert.deepEqual(findings('kubernetes:example.com/v1:App', { spec: bare }), [])
    assert.equal(findings('kubernetes:apps/v1:Deployment', deployment(bare)).length, 4)
  })

  it('sees the pods in a custom resource, wherever they are', () => {
    const properties = {
      spec: { roles: [{ podTemplate: { spec: { containers: [{ securityContext: { privileged: true } }] } } }] },
    }
    assert.deepEqual(findings('kubernetes:example.com/v1:Cluster', properties), [
      'violation pods-privileged spec.roles[0].podTemplate.spec.containers[0].securityContext.privileged',
    ])
  })

  it('passes no custom resource or list in silence whose containers, or what is above them, are not known', () => {
    const { evaluateAll } = only(/^pods-(privileged|host-namespaces|app-armor)$/)
    const told = (type: string, properties: unknown) => evaluateAll(resource(type, properties)).map(({ verdict, rule, path }) => `${verdict} ${rule.id} ${path}`)
    const rollout = 'kubernetes:argoproj.io/v1alpha1:Rollout'
    assert.deepEqual(told(rollout, { spec: { template: { spec: { hostNetwork: true, containers: UNKNOWN } } } }), [
      'unverifiable pods-privileged spec.template.spec.containers', 'violation pods-host-namespaces spec.template.spec.hostNetwork', 'unverifiable pods-app-armor spec.template.spec.containers',
    ])
    for (const properties of [{ spec: UNKNOWN }, { spec: { template: UNKNOWN } }, UNKNOWN]) assert.ok(told(rollout, properties).some((line) => line.startsWith('unverifiable pods-privileged')))
    for (const items of [UNKNOWN, [UNKNOWN]]) assert.ok(told('kubernetes:core/v1:List', { items }).some((line) => line.startsWith('unverifiable pods-privileged')))
    for (const properties of [{ status: UNKNOWN }, { spec: { template: { spec: { containers: [] } }, replicas: UNKNOWN } }]) assert.deepEqual(told(rollout, properties), [])
    for (const metadata of [UNKNOWN, { annotations: UNKNOWN }]) assert.deepEqual(told('kubernetes:core/v1:Pod', { metadata, spec: { containers: [] } }).filter((line) => line.includes('app-armor')).length, 1)
  })

  it('sees the pods in a custom resource whose kind only sounds like a list', () => {
    assert.deepEqual(findings('kubernetes:example.com/v1:WaitingList', { spec: { containers: [{ securityContext: { privileged: true } }] } }), ['violation pods-privileged spec.containers[0].securityContext.privileged'])
  })

  it("sees the pods of another group's kind that has the name of a built-in one", () => {
    const spec = { tasks: [{ template: { spec: { containers: [{ securityContext: { privileged: true } }] } } }] }
    assert.deepEqual(findings('kubernetes:batch.volcano.sh/v1alpha1:Job', { spec }), ['violation pods-privileged spec.tasks[0].template.spec.containers[0].securityContext.privileged'])
  })

  it('takes the pattern of a policy for no pod', () => {
    assert.deepEqual(findings('kubernetes:kyverno.io/v1:ClusterPolicy', { spec: { rules: [{ validate: { pattern: { spec: { containers: [{ securityContext: { privileged: true } }] } } } }] } }), [])
  })

  const sysctl = (name: string) => ({ securityContext: { sysctls: [{ name, value: '1' }] } })
  const windows = { os: { name: 'windows' }, containers: [{}] }
  const since: [what: string, minor: number, rule: RegExp, spec: object][] = [
    ...([['net.ipv4.ip_local_reserved_ports', 27], ['net.ipv4.tcp_fin_timeout', 29], ['net.ipv4.tcp_rmem', 32], ['net.ipv4.tcp_wmem', 32], ['net.ipv4.tcp_notsent_lowat', 37]] as const).map(([name, minor]): [string, number, RegExp, object] => [`the sysctl ${name}`, minor, /^pods-sysctls$/, sysctl(name)]),
    ['the SELinux type of nested containers', 31, /^pods-se-linux$/, { securityContext: { seLinuxOptions: { type: 'container_engine_t' } } }],
    ['a Windows pod without seccomp', 25, /^pods-seccomp-set$/, windows],
    ['root in a user namespace', 35, /^pods-run-as-user$/, { hostUsers: false, securityContext: { runAsUser: 0 } }],
  ]
  for (const [what, minor, rule, spec] of since) {
    it(`allows ${what} since 1.${minor}, and not before`, () => {
      const told = (kubernetesMinor: number) => only(rule, { ...settings, kubernetesMinor }).findings('kubernetes:core/v1:Pod', { spec }).length
      assert.deepEqual([told(minor - 1), told(minor)], [1, 0])
    })
  }

  it('takes a kind of volume that is null for none, and leaves one open that is not known', () => {
    const told = (nfs: unknown) => only(/^pods-volume-types$/).findings('kubernetes:core/v1:Pod', { spec: { volumes: [{ name: 'a', nfs }] } })
    assert.deepEqual([told(null), told(UNKNOWN)], [[], ['unverifiable pods-volume-types spec.volumes[0].nfs']])
  })

  it('leaves open what a field that is not known may excuse, and nothing else', () => {
    const told = (spec: object) => only(/^pods-run-as-non-root$/, { ...settings, kubernetesMinor: 35 }).findings('kubernetes:core/v1:Pod', { spec: { containers: [{}], hostUsers: UNKNOWN, ...spec } })
    assert.deepEqual(told({}), ['unverifiable pods-run-as-non-root spec.hostUsers'])
    assert.deepEqual(told({ securityContext: { runAsNonRoot: true } }), [])
  })

  it('leaves open what the pod may set for a container that sets nothing', () => {
    const told = (field: string, rule: RegExp) => only(rule).findings('kubernetes:core/v1:Pod', { spec: { securityContext: { [field]: UNKNOWN }, containers: [{}] } })
    const seccomp = told('seccompProfile', /^pods-seccomp-set$/)
    assert.ok(seccomp.length > 0 && seccomp.every((line) => line.startsWith('unverifiable ')), seccomp.join())
    const root = told('runAsNonRoot', /^pods-run-as-non-root$/)
    assert.ok(root.length > 0 && root.every((line) => line.startsWith('unverifiable ')), root.join())
  })

  it('sees the objects of a mixed List by their own kinds', () => {
    const items = [
      { kind: 'Pod', spec: { hostIPC: true } },
      { kind: 'PersistentVolume', spec: { hostPath: { path: '/' } } },
    ]
    assert.deepEqual(findings('kubernetes:core/v1:List', { items }), [
      'violation pods-host-namespaces items[0].spec.hostIPC',
      'violation storage-host-path items[1].spec.hostPath',
    ])
  })

  for (const list of ['containers', 'initContainers', 'ephemeralContainers']) {
    it(`looks into ${list}`, () => {
      assert.deepEqual(found({ [list]: [{}, { securityContext: { privileged: true } }] }), [
        `violation pods-privileged ${at}.${list}[1].securityContext.privileged`,
      ])
      assert.deepEqual(found({ [list]: [{ securityContext: { capabilities: { add: ['CHOWN', 'SYS_ADMIN'] } } }] }), [
        `violation pods-capabilities ${at}.${list}[0].securityContext.capabilities.add[1]`,
      ])
      assert.deepEqual(found({ [list]: [{ securityContext: { windowsOptions: { hostProcess: true } } }] }), [
        `violation pods-host-process ${at}.${list}[0].securityContext.windowsOptions.hostProcess`,
      ])
    })
  }

  it("refuses the node's namespaces, paths and HostProcess for the whole pod", () => {
    assert.deepEqual(
      found({
        hostNetwork: true,
        hostPID: true,
        hostIPC: true,
        securityContext: { windowsOptions: { hostProcess: true } },
        volumes: [
          { name: 'a', emptyDir: {} },
          { name: 'b', hostPath: { path: '/etc' } },
        ],
      }),
      [
        `violation pods-host-namespaces ${at}.hostNetwork`,
        `violation pods-host-namespaces ${at}.hostPID`,
        `violation pods-host-namespaces ${at}.hostIPC`,
        `violation pods-host-path ${at}.volumes[1].hostPath`,
        `violation pods-host-process ${at}.securityContext.windowsOptions.hostProcess`,
      ],
    )
  })

  it("takes false and null for what they are, and anything else in a flag's place for a violation", () => {
    assert.deepEqual(
      found({ hostNetwork: false, hostPID: null, containers: [{ securityContext: { privileged: false } }] }),
      [],
    )
    assert.deepEqual(found({ hostNetwork: 'true' }), [`violation pods-host-namespaces ${at}.hostNetwork`])
  })

  it('refuses a PersistentVolume on a path of the node, but not a local volume', () => {
    assert.deepEqual(findings('kubernetes:core/v1:PersistentVolume', { spec: { hostPath: { path: '/' } } }), [
      'violation storage-host-path spec.hostPath',
    ])
    assert.deepEqual(
      findings('kubernetes:core/v1:PersistentVolume', { spec: { local: { path: '/var/lib/annex/volumes/v1' } } }),
      [],
    )
  })

  it('shows flags and capabilities in the message, nothing else', () => {
    const messages = (spec: unknown) =>
      evaluateAll(resource(DEPLOYMENT, deployment(spec)))
        .map(({ message }) => message)
        .join('\n')
    assert.match(
      messages({ hostPID: true }),
      /^spec\.template\.spec\.hostPID is true, allowed is false\. Fix: Remove hostNetwork/,
    )
    assert.match(
      messages({ containers: [{ securityContext: { capabilities: { add: ['NET_ADMIN'] } } }] }),
      /is "NET_ADMIN", which the baseline/,
    )
    const secret = 'hunter2'
    const spec = {
      hostPID: secret,
      volumes: [{ hostPath: { path: secret } }],
      containers: [{ securityContext: { capabilities: { add: [secret] } } }],
    }
    assert.ok(!messages(spec).includes(secret))
  })

  it('says unverifiable for an unknown field, and still judges the fields beside it', () => {
    assert.deepEqual(found({ hostNetwork: UNKNOWN, hostPID: true }), [
      `unverifiable pods-host-namespaces ${at}.hostNetwork`,
      `violation pods-host-namespaces ${at}.hostPID`,
      `unverifiable secrets-no-private-key ${at}.hostNetwork`,
    ])
    assert.deepEqual(
      findings(DEPLOYMENT, { spec: UNKNOWN }),
      [
        'pods-privileged',
        'pods-capabilities',
        'pods-host-namespaces',
        'pods-host-path',
        'pods-host-process',
        'secrets-no-private-key',
      ].map((rule) => `unverifiable ${rule} spec`),
    )
  })

  it('says that it cannot see the pods of a Helm release', () => {
    const told = findings('kubernetes:helm.sh/v3:Release', { chart: 'grafana' })
    assert.deepEqual(told[0], 'unverifiable pods-privileged chart')
    assert.ok(told.every((line) => line.startsWith('unverifiable pods-')))
  })
})
