import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { catalogue } from '../../policies/catalogue.ts'
import { contentsOf, isAbout } from '../../policies/evaluate.ts'
import { exceptions } from '../../policies/exceptions.ts'
import { UNKNOWN } from '../../policies/field.ts'
import { rules } from '../../policies/rules/index.ts'
import { settings } from '../../policies/settings.ts'
import { packs, rulesOf } from '../../policies/packs.ts'
import { matchesGolden } from '../golden.ts'
import { only, resource } from './resource.ts'

const { evaluateAll, inStack } = only(/./)

const RULES = new URL('../../policies/rules/', import.meta.url)

describe('policies: the pack as a whole', () => {
  it('has exactly these rules in each pack, at these levels, so that none is lost or added in passing', () => {
    const membership = packs.map((pack) => [
      pack.name,
      Object.fromEntries(rulesOf(pack, settings).map(({ rule, level }) => [rule.id, `${level} ${rule.severity} ${rule.looksAt}`])),
    ])
    matchesGolden(Object.fromEntries(membership), 'policies/goldens/packs.golden.json')
  })

  it('is described in docs/policies.md as it is', () => {
    const page = readFileSync(new URL('../../docs/policies.md', import.meta.url), 'utf8')
    assert.equal(page, catalogue(), 'docs/policies.md is stale: node_modules/.bin/node policies/catalogue.ts >docs/policies.md')
  })

  it('has a file of its own for each rule, named like the rule', () => {
    const files = readdirSync(RULES, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
    const shared = [
      'index.ts', 'hosts/connection.ts', 'hosts/document.ts', 'hosts/texts.ts', 'network/internet.ts', 'pods/capability.ts', 'pods/seccomp-profile.ts', 'pods/unmasked.ts',
      'rbac/bounded.ts', 'rbac/roles.ts', 'supply/image.ts', 'supply/secret-names.ts', 'supply/settings-file.ts', 'tenancy/namespaces.ts',
    ]
    assert.deepEqual(
      files
        .filter((file) => !shared.includes(file))
        .map((file) => file.replace('/', '-').replace(/\.ts$/, ''))
        .sort(),
      rules.map(({ id }) => id).sort(),
    )
  })

  it('says of each rule what it promises, why, how to fix it and where to read on', () => {
    for (const { id, title, why, fix, url, frameworks } of rules) {
      assert.match(title, /^(Every|No) .{20,}\.$/, id)
      assert.match(why, /^.{40,}\.$/, `${id} ${why}`)
      assert.match(fix, /^.{40,}\.$/, id)
      assert.ok(URL.canParse(url), id)
      assert.ok(Object.values(frameworks).every((names) => names.length > 0), id)
    }
  })

  it('has only exceptions for rules that exist, with a reason and a real date', () => {
    for (const { rule, resource: name, reason, expires } of exceptions) {
      assert.ok(
        rules.some(({ id }) => id === rule),
        `the exception for ${name} names the rule "${rule}", which does not exist`,
      )
      assert.match(name, /^[^:]+:[^:]*:[^:]+::.+$/)
      assert.ok(reason.length >= 20, `the exception for ${name} gives no reason`)
      assert.equal(new Date(`${expires}T00:00:00Z`).toISOString().slice(0, 10), expires)
    }
  })
})

describe('policies: an exception holds for one resource, one rule and a time', () => {
  const type = 'kubernetes:apps/v1:DaemonSet'
  const properties = {
    spec: { template: { spec: { hostNetwork: true, hostPID: UNKNOWN, volumes: [{ hostPath: { path: '/' } }] } } },
  }
  const exception = {
    rule: 'pods-host-namespaces',
    resource: `${type}::flannel`,
    reason: 'flannel routes for the node itself',
    expires: '2026-12-31',
  }
  const verdicts = (name: string, change = {}, today = '2026-11-23') =>
    evaluateAll(resource(type, properties, name), [{ ...exception, ...change }], today)
      .filter(({ rule }) => rule.id.startsWith('pods-host'))
      .map(({ verdict, path }) => `${verdict} ${path.split('.').at(-1)}`)

  const refused = ['violation hostNetwork', 'unverifiable hostPID', 'violation hostPath']
  const allowed = ['excepted hostNetwork', 'unverifiable hostPID', 'violation hostPath']
  const withoutIndex = (lines: string[]) => lines.map((line) => line.replace(/\[\d+\]/, ''))

  it('allows what it names, and is told with its reason', () => {
    assert.deepEqual(withoutIndex(verdicts('flannel')), allowed)
    const told = evaluateAll(resource(type, properties, 'flannel'), [exception]).find(
      ({ verdict }) => verdict === 'excepted',
    )
    assert.equal(
      told?.message,
      'spec.template.spec.hostNetwork is true, allowed is false. Allowed until 2026-12-31: flannel routes for the node itself',
    )
  })

  it('does nothing for another resource or another rule', () => {
    assert.deepEqual(withoutIndex(verdicts('flannel-2')), refused)
    assert.deepEqual(withoutIndex(verdicts('flannel', { rule: 'pods-privileged' })), refused)
    assert.deepEqual(withoutIndex(verdicts('flannel', { resource: 'kubernetes:apps/v1:Deployment::flannel' })), refused)
  })

  it('does nothing for a name that is not shown, which another one of that length would share', () => {
    const hidden = 'a/(20 characters)'
    assert.deepEqual(withoutIndex(verdicts(hidden, { resource: `${type}::${hidden}` })), refused)
  })

  it('holds on its last day and no longer', () => {
    assert.deepEqual(withoutIndex(verdicts('flannel', {}, '2026-12-31')), allowed)
    assert.deepEqual(withoutIndex(verdicts('flannel', {}, '2027-01-01')), refused)
    const [told] = evaluateAll(resource(type, properties, 'flannel'), [exception], '2027-01-01')
    assert.match(told?.message ?? '', /The exception for it ended \(expires: "2026-12-31"\)\. Fix: /)
  })

  it('does not hold without a reason', () => {
    assert.deepEqual(withoutIndex(verdicts('flannel', { reason: ' ' })), refused)
    const [told] = evaluateAll(resource(type, properties, 'flannel'), [{ ...exception, reason: ' ' }])
    assert.match(told?.message ?? '', /The exception for it gives no reason\. Fix: /)
  })

  for (const expires of ['', 'never', '2026-13-01', '2026-02-30', '9999']) {
    it(`does not hold when its date is "${expires}"`, () =>
      assert.deepEqual(withoutIndex(verdicts('flannel', { expires })), refused))
  }
})

describe('policies: no input makes a rule throw, and no message shows a value that may be a secret', function () {
  this.timeout(120_000)

  const TYPES = [
    'command:remote:Command',
    'command:remote:CopyToRemote',
    'kubernetes:core/v1:Pod',
    'kubernetes:core/v1:PodPatch',
    'kubernetes:apps/v1:DeploymentList',
    'kubernetes:batch/v1:CronJob',
    'kubernetes:core/v1:List',
    'kubernetes:core/v1:Namespace',
    'kubernetes:core/v1:NamespacePatch',
    'kubernetes:core/v1:PersistentVolume',
    'kubernetes:example.com/v1:Any',
    'kubernetes:helm.sh/v3:Release',
    'kubernetes:a:constructor',
    'kubernetes:a:__proto__',
    'kubernetes:a:Patch',
    'kubernetes:a:List',
    'kubernetes::',
    'tls:index/privateKey:PrivateKey',
    'tls:index/selfSignedCert:SelfSignedCert',
    'random:index/randomPassword:RandomPassword',
    'annex:host:HostSection',
    'command:local:Command',
    'kubernetes:rbac.authorization.k8s.io/v1:ClusterRole',
    'kubernetes:rbac.authorization.k8s.io/v1:RoleBinding',
    'kubernetes:networking.k8s.io/v1:NetworkPolicy',
    'kubernetes:networking.k8s.io/v1:Ingress',
    'kubernetes:gateway.networking.k8s.io/v1:HTTPRoute',
    'kubernetes:core/v1:Service',
    'kubernetes:core/v1:ConfigMap',
    'kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy',
    'kubernetes:admissionregistration.k8s.io/v1:MutatingWebhookConfiguration',
  ]
  const KEYS = [
    'connection',
    'proxy',
    'hostKey',
    'privateKey',
    'password',
    'metadata',
    'labels',
    'spec',
    'template',
    'jobTemplate',
    'items',
    'kind',
    'containers',
    'initContainers',
    'ephemeralContainers',
    'securityContext',
    'privileged',
    'capabilities',
    'add',
    'hostNetwork',
    'hostPID',
    'volumes',
    'hostPath',
    'windowsOptions',
    'hostProcess',
    'pod-security.kubernetes.io/enforce',
    'pod-security.kubernetes.io/enforce-version',
    'document',
    'create',
    'environment',
    'content',
    'peers',
    'allowedIps',
    'install',
    'rules',
    'apiGroups',
    'resources',
    'verbs',
    'subjects',
    'roleRef',
    'name',
    'namespace',
    'ingress',
    'egress',
    'from',
    'host',
    'tls',
    'env',
    'value',
    'image',
    'annotations',
    'seccompProfile',
    'seLinuxOptions',
    'type',
    'tolerations',
    'nodeName',
    'webhooks',
    'failurePolicy',
    '__proto__',
    'constructor',
    'length',
    'toString',
  ]
  // Long enough not to turn up by accident.
  const secret = fc.stringMatching(/^[A-Za-z0-9+/ -]{24,60}$/).map((text) => `s3cret-${text}`)

  function data(leaf: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
    return fc.letrec<{ node: unknown }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 8, depthSize: 'large' },
        fc.oneof(
          leaf,
          fc.constantFrom(null, true, false, UNKNOWN, 'Pod', 'Namespace', 'privileged', 'file', 'join', 'packages', 'interface', '*', undefined),
          fc.anything(),
        ),
        fc.array(tie('node'), { maxLength: 3 }),
        fc
          .array(fc.tuple(fc.constantFrom(...KEYS), tie('node')), { maxLength: 6 })
          .map((entries) => Object.fromEntries(entries)),
      ),
    })).node
  }

  it('survives anything, in every type', () => {
    fc.assert(
      fc.property(fc.oneof(fc.constantFrom(...TYPES), fc.string()), data(fc.string()), (type, properties) => {
        for (const { message, path } of evaluateAll(resource(type, properties)))
          assert.ok(message.length > 0 && path.length > 0)
        inStack(resource(type, properties), resource('kubernetes:core/v1:Namespace', { metadata: { name: 'a', labels: { 'paas-tier': 'tenant' } } }))
      }),
      { numRuns: 3000 },
    )
  })

  it('survives an object with a toString of its own, wherever a text is', () => {
    const odd = { toString: {} }
    const item = (kind: string) => ({ kind, name: odd, path: odd, mode: '644', interface: odd, content: 'nodeRegistration: {kubeletExtraArgs: [{name: {toString: {}}, value: {toString: {}}}]}', enabled: odd, allowedIps: ['10.0.0.1/32', odd], peers: [{ allowedIps: [odd] }] })
    evaluateAll(resource('annex:host:HostSection', { document: { section: odd, items: ['file', 'unit', 'peer', 'interface', 'firewall', 'join', 'packages'].map(item) } }))
    evaluateAll(resource('command:remote:Command', { create: odd, stdin: odd, environment: { PASSWORD: odd, connection: [[odd]] } }))
    evaluateAll(resource('kubernetes:kubelet.config.k8s.io/v1beta1:KubeletConfiguration', { streamingConnectionIdleTimeout: odd }))
  })

  it('leaves no rule out that would find something', () => {
    fc.assert(
      fc.property(fc.constantFrom(...TYPES), data(fc.string()), (type, properties) => {
        const it = resource(type, properties)
        const holds = contentsOf(it)
        for (const rule of rules) {
          if (rule.looksAt !== 'stack' && !isAbout(rule, holds)) assert.deepEqual(rule.check(it, settings, '2026-11-23'), [], rule.id)
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('shows no text of the input but property names and the words that a rule expects', () => {
    const withSecret = secret.chain((text) => fc.tuple(fc.constant(text), data(fc.constant(text))))
    fc.assert(
      fc.property(withSecret, fc.constantFrom(...TYPES), ([text, properties], type) => {
        const told = evaluateAll(resource(type, properties))
          .map(({ message, path }) => `${message} ${path}`)
          .join()
        assert.ok(!told.includes(text), told)
      }),
      { numRuns: 2000 },
    )
  })

  it('survives data nested deeper than the call stack', () => {
    let properties: unknown = {}
    for (let depth = 0; depth < 20_000; depth++) properties = { spec: [properties] }
    assert.deepEqual(evaluateAll(resource('kubernetes:example.com/v1:Any', properties)), [])
  })
})
