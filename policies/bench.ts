/** How fast the strict pack is: in process for each resource, and as the Pulumi engine asks it about a whole stack. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import * as grpc from '@grpc/grpc-js'
import analyzerServices from '@pulumi/pulumi/proto/analyzer_grpc_pb.js'
import messages, { type AnalyzeRequest, type AnalyzeResponse, type AnalyzerResource } from '@pulumi/pulumi/proto/analyzer_pb.js'
import structs, { type JavaScriptValue } from 'google-protobuf/google/protobuf/struct_pb.js'
import { evaluate, evaluateStack } from './evaluate.ts'
import { Field } from './field.ts'
import { packNamed, rulesOf } from './packs.ts'
import type { Resource } from './rule.ts'
import { settings } from './settings.ts'

/** As many resources as some 500 tenants of ordinary size have. */
const COUNT = 13_000
/** Milliseconds that the whole strict pack may take for a resource, at the 95th percentile (the bar). */
const BAR = 0.2
/** How often each pack is asked, by turns; the least counts, since what else the machine does makes the same work take half as long again. */
const ROUNDS = 5
/** What a preview of COUNT resources may take more with the pack than with an empty one (the bars). */
const MOST_SECONDS = 3
const MOST_BYTES = 400e6

/** Resources as a large stack has them: for each tenant a namespace with what isolates it, workloads, and what they need. */
export function* manyResources(count: number): Generator<{ type: string; name: string; properties: Record<string, unknown> }> {
  for (let index = 0; index < count; index++) {
    const kinds = Object.keys(templates)
    const type = kinds[index % kinds.length]!
    yield { type, name: `r${index}`, properties: templates[type]!(`t${Math.floor(index / kinds.length)}`, `r${index}`) }
  }
}

const securityContext = { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } }
const resources = { requests: { cpu: '20m', memory: '32Mi' }, limits: { cpu: '200m', memory: '128Mi' } }
const container = (name: string) => ({
  name,
  image: 'registry.example/app:1.2.3',
  securityContext,
  resources,
  ports: [{ name: 'http', containerPort: 8080 }],
  env: ['DATABASE_HOST', 'LOG_LEVEL', 'REGION'].map((variable) => ({ name: variable, value: 'value' })),
  livenessProbe: { httpGet: { path: '/healthz', port: 8080 } },
  volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
})
const template = (app: string) => ({
  metadata: { labels: { app } },
  spec: {
    automountServiceAccountToken: false,
    nodeSelector: { 'paas-tier': 'tenant' },
    tolerations: [{ key: 'paas-tier', operator: 'Equal', value: 'tenant', effect: 'NoSchedule' }],
    securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [container('app'), container('proxy')],
    volumes: [{ name: 'tmp', emptyDir: {} }],
  },
})
const levels = Object.fromEntries(['enforce', 'audit', 'warn'].flatMap((mode) => [[`pod-security.kubernetes.io/${mode}`, 'restricted'], [`pod-security.kubernetes.io/${mode}-version`, 'v1.36']]))

const templates: Readonly<Record<string, (namespace: string, name: string) => Record<string, unknown>>> = {
  'kubernetes:core/v1:Namespace': (name) => ({ metadata: { name, labels: { 'paas-tier': 'tenant', ...levels } } }),
  'kubernetes:networking.k8s.io/v1:NetworkPolicy': (namespace, name) => ({ metadata: { name, namespace }, spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] } }),
  'kubernetes:core/v1:ResourceQuota': (namespace, name) => ({ metadata: { name, namespace }, spec: { hard: { 'requests.cpu': '2', 'limits.memory': '2Gi' } } }),
  'kubernetes:core/v1:LimitRange': (namespace, name) => ({ metadata: { name, namespace }, spec: { limits: [{ type: 'Container', default: { memory: '128Mi' } }] } }),
  'kubernetes:apps/v1:Deployment': (namespace, name) => ({ metadata: { name, namespace }, spec: { replicas: 2, selector: { matchLabels: { app: name } }, template: template(name) } }),
  'kubernetes:apps/v1:StatefulSet': (namespace, name) => ({ metadata: { name, namespace }, spec: { serviceName: name, selector: { matchLabels: { app: name } }, template: template(name) } }),
  'kubernetes:core/v1:Service': (namespace, name) => ({ metadata: { name, namespace }, spec: { selector: { app: name }, ports: [{ port: 80, targetPort: 8080 }] } }),
  'kubernetes:core/v1:ConfigMap': (namespace, name) => ({ metadata: { name, namespace }, data: { 'app.yaml': 'listen: 0.0.0.0:8080\nlog:\n  level: info\n'.repeat(20) } }),
  'kubernetes:rbac.authorization.k8s.io/v1:Role': (namespace, name) => ({ metadata: { name, namespace }, rules: [{ apiGroups: ['apps'], resources: ['deployments'], verbs: ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'] }] }),
  'kubernetes:rbac.authorization.k8s.io/v1:RoleBinding': (namespace, name) => ({ metadata: { name, namespace }, roleRef: { kind: 'Role', name }, subjects: [{ kind: 'Group', name: namespace }] }),
}

/** Milliseconds for each resource, as CrossGuard hands it over; and for the rules that see the whole. */
function inProcess(): { perResource: number[]; stack: number } {
  const rules = rulesOf(packNamed('strict'), settings)
  const terms = { settings, exceptions: [], today: '2026-11-25' }
  const look = ({ type, name, properties }: { type: string; name: string; properties: object }): Resource => {
    const resource = { type, name, properties: new Field(properties) }
    const found = evaluate(rules, resource, terms).filter(({ verdict }) => verdict === 'violation')
    if (found.length > 0) throw new Error(`The bench is about resources that keep every rule: ${found[0]!.rule.id} ${found[0]!.message}`)
    return resource
  }
  for (const resource of manyResources(2_000)) look(resource)
  const all: Resource[] = []
  const perResource = [...manyResources(COUNT)].map((resource) => {
    const start = performance.now()
    all.push(look(resource))
    return performance.now() - start
  })
  const start = performance.now()
  evaluateStack(rules, all, terms)
  return { perResource, stack: performance.now() - start }
}

interface Measured {
  seconds: number
  bytes: number
}

function least(measured: readonly Measured[]): Measured {
  return { seconds: Math.min(...measured.map(({ seconds }) => seconds)), bytes: Math.min(...measured.map(({ bytes }) => bytes)) }
}

/**
 * Seconds of processor and bytes of a policy pack that is asked as the Pulumi engine asks: what to put right in each resource, what is
 * wrong with it, and what is wrong with the stack.
 * A pack is one thread, so a preview waits for it no longer; time by the clock would count what else the machine does.
 */
async function asAnalyzer(folder: string): Promise<Measured> {
  const child = spawn(process.execPath, ['main.js'], { cwd: folder, env: { ...process.env, ANNEX_POLICY_PACK: 'strict' }, stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    const [port] = await once(child.stdout, 'data')
    const client = new analyzerServices.AnalyzerClient(`127.0.0.1:${String(port).trim()}`, grpc.credentials.createInsecure(), { 'grpc.max_receive_message_length': -1, 'grpc.max_send_message_length': -1 })
    const requests = [...manyResources(COUNT)].map((resource) => filled(new messages.AnalyzeRequest(), resource))
    const stack = new messages.AnalyzeStackRequest()
    stack.setResourcesList([...manyResources(COUNT)].map((resource) => filled(new messages.AnalyzerResource(), resource)))
    const before = processorSeconds(child.pid!)
    const ask = async (request: AnalyzeRequest) => {
      await answered((done) => client.remediate(request, done))
      keepsEveryRule(await answered<AnalyzeResponse>((done) => client.analyze(request, done)))
    }
    // The engine asks about few resources at a time.
    for (let index = 0; index < requests.length; index += 16) await Promise.all(requests.slice(index, index + 16).map(ask))
    keepsEveryRule(await answered<AnalyzeResponse>((done) => client.analyzeStack(stack, done)))
    const seconds = processorSeconds(child.pid!) - before
    const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
    client.close()
    return { seconds, bytes: Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) * 1024 }
  } finally {
    child.kill()
  }
}

/** User and system time of a process, from proc(5): ticks of 10 ms. */
function processorSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')
  return (Number(fields[13]) + Number(fields[14])) / 100
}

function filled<T extends AnalyzeRequest | AnalyzerResource>(request: T, { type, name, properties }: { type: string; name: string; properties: Record<string, unknown> }): T {
  request.setType(type)
  request.setName(name)
  request.setUrn(`urn:pulumi:bench::annex::${type}::${name}`)
  request.setProperties(structs.Struct.fromJavaScript(properties as { [key: string]: JavaScriptValue }))
  request.setOptions(new messages.AnalyzerResourceOptions())
  return request
}

function answered<Response>(ask: (done: (error: Error | null, response: Response) => void) => void): Promise<Response> {
  return new Promise((resolve, reject) => ask((error, response) => (error ? reject(error) : resolve(response))))
}

function keepsEveryRule(response: AnalyzeResponse): void {
  const found = response.getDiagnosticsList().find((diagnostic) => diagnostic.getEnforcementlevel() === messages.EnforcementLevel.MANDATORY)
  if (found !== undefined) throw new Error(`The bench is about resources that keep every rule: ${found.getPolicyname()} ${found.getMessage()}`)
}

/** A pack without a policy, in a folder of its own. */
async function emptyPack(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'annex-empty-pack-'))
  await symlink(path.join(import.meta.dirname, '../node_modules'), path.join(folder, 'node_modules'))
  await writeFile(path.join(folder, 'package.json'), '{ "version": "0.0.1", "type": "module" }')
  await writeFile(path.join(folder, 'main.js'), "import { PolicyPack } from '@pulumi/policy'\nnew PolicyPack('empty', { policies: [] })\n")
  return folder
}

function percentile(numbers: readonly number[], share: number): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length * share)]!
}

/** Prints what it measured. @returns whether the bars hold */
export async function benchPolicies(): Promise<boolean> {
  const rounds = Array.from({ length: ROUNDS }, inProcess)
  const middle = (of: (round: typeof rounds[number]) => number) => percentile(rounds.map(of), 0.5)
  const at95 = middle(({ perResource }) => percentile(perResource, 0.95))
  const median = middle(({ perResource }) => percentile(perResource, 0.5))
  const stack = middle((round) => round.stack)
  console.log(`policies, pack strict, in process, in the middle one of ${ROUNDS} rounds: ${median.toFixed(3)} ms a resource at the median, ${at95.toFixed(3)} ms at the 95th percentile (at most ${BAR}), ${stack.toFixed(0)} ms for the rules about the whole of ${COUNT}`)

  const folder = await emptyPack()
  try {
    const [empties, fulls] = [[], []] as [Measured[], Measured[]]
    for (let round = 0; round < ROUNDS; round++) {
      empties.push(await asAnalyzer(folder))
      fulls.push(await asAnalyzer(import.meta.dirname))
    }
    const [empty, full] = [least(empties), least(fulls)]
    const [seconds, bytes] = [full.seconds - empty.seconds, full.bytes - empty.bytes]
    console.log(`policies, ${COUNT} resources as the engine sends them: ${full.seconds.toFixed(1)} s of processor with the pack, ${empty.seconds.toFixed(1)} s with an empty one, at the least of ${ROUNDS}; ${seconds.toFixed(1)} s (at most ${MOST_SECONDS}) and ${(bytes / 1e6).toFixed(0)} MB (at most ${MOST_BYTES / 1e6}) more`)
    return at95 <= BAR && seconds <= MOST_SECONDS && bytes <= MOST_BYTES
  } finally {
    await rm(folder, { recursive: true })
  }
}

if (import.meta.main) process.exitCode = (await benchPolicies()) ? 0 : 1
