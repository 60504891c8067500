/** Tenants on a real API server, and whoever attacks them. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { renderMutation, renderValidation } from '../../../components/tenant-isolation/admission/render.ts'
import { mutations, validations } from '../../../components/tenant-isolation/admission/rules/index.ts'
import { renderTenant } from '../../../components/tenant-isolation/render.ts'
import { tenantManifests } from '../../../lab/tenant-manifests.ts'
import { type Attack, attempt, type Kubectl, type Outcome, type Target } from '../../../proof/attacks/attack.ts'
import { attacks } from '../../../proof/attacks/attacks.ts'
import { openGroup, openNamespace, setUpOpen } from '../../../proof/attacks/open.ts'
import { type Step, type Weakening, weakenings } from '../../../proof/attacks/weakenings.ts'
import { toolPath } from '../../../tools/tools.ts'
import { type Cluster, startCluster } from '../../lab/pulumi/cluster.ts'
import { other, surroundings, tenant } from './tenants.ts'

const words = {
  image: 'docker.io/library/busybox:1.37.0', privateImage: 'registry.example:5000/one/app:1', strangeImage: 'registry.example:5000/two/app:1',
  host: 'one.example.org', strangeHost: 'two.example.org', tooMuchCpu: '1', tooMuchStorage: '2Gi',
}
export const attacker: Target = { credentials: as('alice', 'annex:one'), words: { ...words, namespace: 'one', other: 'two' } }
export const openAttacker: Target = { credentials: as('mallory', openGroup), words: { ...words, namespace: openNamespace, other: 'two' } }
const [first, ...further] = renderTenant(tenant, surroundings)

export const all = weakenings({ tenant: first!, group: tenant.group, other: other.name, pull: 'private', mutating: true })

export interface Tried { attack: Attack; outcome: Outcome; command: string; answer: string }

export interface Attacked {
  cluster: Cluster
  kubectl: Kubectl
  tryAll(list: readonly Attack[], at: Target): Promise<Tried[]>
  /** Attacks on the tenant that do not end as expected. */
  failures(list: readonly Attack[]): Promise<Tried[]>
  /** What an administrator does. @throws where a step fails */
  administer(steps: readonly Step[]): Promise<void>
  /** Takes a control away, and sees that of these attacks exactly those aimed at it succeed. Gives the control back. */
  weakened(weakening: Weakening, list: readonly Attack[]): Promise<void>
  stop(): Promise<void>
}

export async function startAttacked(): Promise<Attacked> {
  const cluster = await startCluster()
  const kubectl: Kubectl = (args, input) => run(toolPath('kubectl'), ['--kubeconfig', cluster.kubeconfigFile, ...args], input)

  async function tryAll(list: readonly Attack[], at: Target): Promise<Tried[]> {
    const results: Tried[] = []
    const waiting = [...list]
    await Promise.all(Array.from({ length: 4 }, async () => {
      for (let attack = waiting.shift(); attack !== undefined; attack = waiting.shift()) {
        const { outcome, command, ran } = await attempt(kubectl, attack, at)
        results.push({ attack, outcome, command, answer: `${ran.code}: ${ran.stdout}${ran.stderr}`.trim() })
      }
    }))
    return results
  }

  async function failures(list: readonly Attack[]): Promise<Tried[]> {
    const tried = await tryAll(list, attacker)
    return tried.filter(({ attack, outcome }) => outcome !== (attack.expected === 'allowed' ? 'done' : 'refused'))
  }

  async function administer(steps: readonly Step[]): Promise<void> {
    for (const { command, input } of steps) {
      const ran = await kubectl(command, input && JSON.stringify(input))
      assert.equal(ran.code, 0, `kubectl ${command.join(' ')}: ${ran.stderr}`)
    }
  }

  async function weakened({ control, weaken, restore }: Weakening, list: readonly Attack[]): Promise<void> {
    const aimed = list.filter((attack) => attack.control === control)
    assert.ok(aimed.length > 0, `no attack is aimed at ${control}`)
    await administer(weaken)
    try {
      await eventually(`${control} is gone`, async () => (await failures(aimed)).length === aimed.length)
      const others = await tryAll(list.filter((attack) => attack.control !== control), attacker)
      // Where the role gives nothing, an attack fails before it meets its own control.
      const kept: Outcome[] = control === 'self-service' ? ['refused', 'unclear'] : ['refused']
      assert.deepEqual(others.filter(({ attack, outcome }) => (attack.expected === 'allowed' ? outcome !== 'done' : !kept.includes(outcome))).map(told), [])
    } finally {
      await administer(restore)
    }
    await eventually(`${control} is back`, async () => (await failures(aimed)).length === 0)
  }

  try {
    const items = [...policies(), httpRoutes, ...tenantManifests([first!, ...further, ...renderTenant(other, surroundings)])]
    await administer([apply({ apiVersion: 'v1', kind: 'List', items })])
    await administer(setUpOpen)
    await eventually('the quota is in force and every account is there', async () => {
      const { stdout } = await kubectl(['get', 'resourcequota', 'tenant', '-n', tenant.name, '-o', 'jsonpath={.status.hard.pods}'])
      return stdout === String(tenant.quota.pods) && (await kubectl(['get', 'serviceaccount', 'default', '-n', openNamespace])).code === 0
    })
    await eventually('the rules hold', async () => (await failures(attacks.filter(firstOfItsControl))).length === 0)
  } catch (error) {
    await cluster.stop()
    throw error
  }
  return { cluster, kubectl, tryAll, failures, administer, weakened, stop: () => cluster.stop() }
}

function firstOfItsControl(attack: Attack): boolean {
  return attacks.find(({ control }) => control === attack.control) === attack
}

export function told({ attack, outcome, command, answer }: Tried): string {
  return `${attack.id} (${attack.title}) is ${outcome}: ${command} -> ${answer}`
}

function as(user: string, ...groups: string[]): string[] {
  return ['--as', user, ...[...groups, 'system:authenticated'].flatMap((group) => ['--as-group', group])]
}

function apply(input: object): Step {
  return { command: ['apply', '--server-side', '--force-conflicts', '--field-manager=annex', '-f', '-'], input }
}

function policies(): object[] {
  const admission = 'admissionregistration.k8s.io/v1'
  return [
    ...validations('private').map(renderValidation).flatMap(({ policy, binding }) => [
      { apiVersion: admission, kind: 'ValidatingAdmissionPolicy', ...policy }, { apiVersion: admission, kind: 'ValidatingAdmissionPolicyBinding', ...binding }]),
    ...mutations('private').map(renderMutation).flatMap(({ policy, binding }) => [
      { apiVersion: admission, kind: 'MutatingAdmissionPolicy', ...policy }, { apiVersion: admission, kind: 'MutatingAdmissionPolicyBinding', ...binding }]),
  ]
}

/** As much of the Gateway API as the attacks on it need. */
const httpRoutes = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'httproutes.gateway.networking.k8s.io', annotations: { 'api-approved.kubernetes.io': 'https://github.com/kubernetes-sigs/gateway-api/pull/2997' } },
  spec: {
    group: 'gateway.networking.k8s.io', scope: 'Namespaced', names: { kind: 'HTTPRoute', plural: 'httproutes' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties: { hostnames: { type: 'array', items: { type: 'string' } } } } } } } }],
  },
}

function run(command: string, args: string[], input?: string): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] })
    const text = { stdout: '', stderr: '' }
    for (const stream of ['stdout', 'stderr'] as const) child[stream].setEncoding('utf8').on('data', (part) => { text[stream] += part })
    child.on('error', reject).on('close', (code) => resolve({ code: code ?? 1, ...text }))
    child.stdin.on('error', () => undefined).end(input)
  })
}

/** Policies, roles and quotas are in force a moment after they were written. */
export async function eventually(what: string, holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 60_000
  while (!(await holds())) {
    if (Date.now() > end) assert.fail(`${what}: not within 60 s`)
    await delay(300)
  }
}
