/** Makes all attacks, each in the unprotected namespace first. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { accountAttacks } from '../attacks/account.ts'
import { attempt, type Attack, type Target, type Words } from '../attacks/attack.ts'
import { controlPlane } from '../attacks/control-plane.ts'
import { data } from '../attacks/data.ts'
import { fairness } from '../attacks/fairness.ts'
import { host } from '../attacks/host.ts'
import { identity } from '../attacks/identity.ts'
import { type ExecAttack, placed, type PodAttack } from '../attacks/inside.ts'
import { network } from '../attacks/network.ts'
import { noisyExec, noisyPods } from '../attacks/noisy.ts'
import { rbacSays } from '../attacks/objects.ts'
import { openNamespace } from '../attacks/open.ts'
import { reach } from '../attacks/reach.ts'
import { selfService } from '../attacks/self-service.ts'
import { tenantIsolation } from '../attacks/tenant.ts'
import type { Ran } from '../checklist/point.ts'
import { names } from './attackers.ts'
import { type Side, type Stage, setUp, tearDown } from './stage.ts'
import { attackedOf, type Attacked, type Subject } from './subject.ts'
import { type Aim, judge, type Trial, type Try } from './trial.ts'

/** Through the API server, by area. */
const apiAreas: [string, readonly Attack[]][] = [
  ['Control plane', controlPlane], ['Tenants among each other', tenantIsolation], ['Hosts, through pods', host], ['Network, through objects', network],
  ['Identity', identity], ['Service accounts of pods', accountAttacks], ['Data', data], ['Fairness, through objects', fairness], ['Self-service', selfService],
]
const inside = 'From inside pods: network and hosts'
const noise = 'Noisy neighbour'

export interface Proof {
  trials: Trial[]
  node: string
  seconds: number
}

export interface Options {
  /** Leaves out the attacks that end only when the kubelet has counted: a minute or more. */
  quick: boolean
  /** Which attacks are made. Default: all. */
  only?: (aim: Aim) => boolean
  say: (line: string) => void
}

/** @throws Error where the attackers cannot be placed, or somebody interrupts; what was made is taken away in any case */
export async function proveIsolation(subject: Subject, options: Options): Promise<Proof> {
  const attacked = attackedOf(subject)
  const signals = ['SIGINT', 'SIGTERM'] as const
  const interruption = new AbortController()
  const interrupt = () => interruption.abort(new Error('interrupted: what the proof has made is taken away'))
  for (const signal of signals) process.once(signal, interrupt)
  const folder = mkdtempSync(path.join(tmpdir(), 'annex-proof-'))
  try {
    return await attackAll(subject, attacked, options, interruption.signal, folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
    await tearDown(subject, attacked, { wait: false })
    for (const signal of signals) process.off(signal, interrupt)
  }
}

async function attackAll(subject: Subject, attacked: Attacked, { quick, only = () => true, say }: Options, interruption: AbortSignal, folder: string): Promise<Proof> {
  const start = Date.now()
  const sacrifices = noisyPods.filter((it) => only(it) && !(quick && it.until === 'outlive'))
  say(`Attackers start in ${attacked.namespace} and in ${openNamespace}, where nothing stands in their way.`)
  const stage = await setUp(subject, attacked, sacrifices, folder)
  await settled(stage, attacked)
  interruption.throwIfAborted()
  say('Attacks through the API server and from pods.')
  const exec = [...reach.map((it) => [inside, it] as const), ...noisyExec.map((it) => [noise, it] as const)].filter(([, it]) => only(it))
  const tasks = [
    ...apiAreas.flatMap(([area, attacks]) => attacks.filter(only).map((attack) => () => tryApi(stage, attacked, subject, area, attack))),
    ...exec.filter(([, { alone }]) => !alone).map(([area, attack]) => () => tryExec(stage, attacked, area, attack)),
  ]
  const pods = Promise.all(sacrifices.map((attack) => tryPod(stage, attacked, attack, interruption)))
  const trials = await pooled(tasks, 6, interruption)
  for (const [area, attack] of exec.filter(([, { alone }]) => alone)) trials.push(...await pooled([() => tryExec(stage, attacked, area, attack)], 1, interruption))
  say('Waiting for the kubelet to count.')
  trials.push(...await pods)
  return { trials: ordered(trials), node: stage.node, seconds: Math.round((Date.now() - start) / 1000) }
}

function ordered(trials: Trial[]): Trial[] {
  const areas = [...apiAreas.map(([area]) => area), inside, noise]
  const order = [...apiAreas.flatMap(([, attacks]) => attacks), ...reach, ...noisyExec, ...noisyPods].map(({ id }) => id)
  return trials.sort((a, b) => areas.indexOf(a.area) - areas.indexOf(b.area) || order.indexOf(a.aim.id) - order.indexOf(b.aim.id))
}

/** A CNI knows a new pod only after a moment; where it never does, the attacks will show it. */
async function settled(stage: Stage, attacked: Attacked): Promise<void> {
  const probe = reach.find(({ id }) => id === 'MTB-1201/unprotected')!
  for (let i = 0; i < 20; i++) {
    const tried = await runExec(stage, attacked, 'tenant', probe)
    if ('outcome' in tried && tried.outcome === 'refused') return
    await delay(1000)
  }
}

async function tryApi(stage: Stage, attacked: Attacked, subject: Subject, area: string, attack: Attack): Promise<Trial> {
  const aim: Aim = attack
  const nothing = (reason: string): Trial => ({ area, aim, verdict: 'nothing there', reason })
  if (attack.openedBy === 'exec' && attacked.exec) return nothing('the configuration allows it: exec is true')
  if (attack.requires !== undefined && (await stage.kubectl(['get', attack.requires, '-n', openNamespace])).code !== 0) return nothing(`the cluster has no ${attack.requires}`)
  const words = wordsOf(attacked)
  const text = JSON.stringify([attack.command, attack.input ?? ''])
  for (const [word, reason] of Object.entries(unknownWords(attacked))) if (text.includes(`{${word}}`)) return nothing(reason)
  // A tenant that may publish no name has no right to make routes at all, which refuses before any rule is asked.
  const aimed = attacked.ingressHosts.length === 0 && ['ingress-hosts', 'route-hosts', 'ingress-snippets'].includes(attack.control) ? { ...attack, refusal: `${attack.refusal}|${rbacSays}` } : attack
  const credentials = attack.control === 'no-account-rights' ? stage.accounts : stage.people
  const target = (side: Side): Target => ({ credentials: credentials[side], words: { ...words, namespace: side === 'open' ? openNamespace : attacked.namespace } })
  const run = async (side: Side): Promise<Try> => {
    const { outcome, command, ran } = await attempt((args, input) => subject.run('kubectl', ['--context', subject.context, ...args], { ...(input === undefined ? {} : { input }) }), aimed, target(side))
    return { outcome, command, answer: answerOf(ran) }
  }
  const open = await run('open')
  const tenant = await run('tenant')
  return { area, aim, open, tenant, verdict: judge(aim, open.outcome, tenant.outcome) }
}

function wordsOf({ namespace, other, image, registries, ingressHosts }: Attacked): Words {
  const secret = registries.find(({ pullSecret }) => pullSecret !== undefined)?.name ?? 'registry.invalid/none'
  return {
    namespace, other: other ?? 'kube-system', image, privateImage: `${secret}/annex-proof:1`, strangeImage: 'registry.invalid/annex-proof:1',
    host: ingressHosts[0] ?? 'annex-proof.invalid', strangeHost: 'somebody-else.invalid', tooMuchCpu: '1000', tooMuchStorage: '1000Ti',
  }
}

function unknownWords({ registries }: Attacked): Record<string, string> {
  return {
    ...(registries.some(({ pullSecret }) => pullSecret !== undefined) ? {} : { privateImage: 'the configuration names no registry with credentials, so there is no private image' }),
    ...(registries.length > 0 ? {} : { strangeImage: 'the configuration lets images come from anywhere' }),
  }
}

async function tryExec(stage: Stage, attacked: Attacked, area: string, attack: ExecAttack): Promise<Trial> {
  const open = await runExec(stage, attacked, 'open', attack)
  const tenant = await runExec(stage, attacked, 'tenant', attack)
  if ('reason' in open) return { area, aim: attack, verdict: 'nothing there', reason: open.reason }
  if ('reason' in tenant) return { area, aim: attack, verdict: 'nothing there', reason: tenant.reason }
  return told({ area, aim: attack, open, tenant, verdict: judge(attack, open.outcome, tenant.outcome) })
}

async function runExec(stage: Stage, attacked: Attacked, side: Side, attack: ExecAttack): Promise<Try | { reason: string }> {
  const filled = placed(attack.script, stage.places[side])
  if ('reason' in filled) return filled
  const [namespace, pod] = side === 'open' || attack.from === 'outsider' ? [openNamespace, names.attacker]
    : attack.from === 'application' ? [attacked.namespace, 'test-app-0'] : [attacked.namespace, names.attacker]
  const ran = await stage.kubectl(['exec', '-n', namespace, pod, '--', 'sh', '-c', filled.script], { timeoutSeconds: attack.seconds ?? 12 })
  const outcome = ran.code === 0 ? 'done' : new RegExp(attack.refusal).test(ran.stdout + ran.stderr) ? 'refused' : 'unclear'
  return { outcome, command: `kubectl exec -n ${namespace} ${pod} -- sh -c '${filled.script}'`, answer: answerOf(ran) }
}

/** Watches the two pods of an attack until both have ended, or the tenant's was ended while the other went on. */
async function tryPod(stage: Stage, attacked: Attacked, attack: PodAttack, interruption: AbortSignal): Promise<Trial> {
  const look = async (namespace: string): Promise<Watched> => {
    const { stdout } = await stage.kubectl(['get', 'pod', attack.pod, '-n', namespace, '-o', 'json'])
    return watched(stdout === '' ? undefined : JSON.parse(stdout), attack)
  }
  const end = Date.now() + attack.seconds * 1000
  let tenant = await look(attacked.namespace)
  let open = await look(openNamespace)
  while (!interruption.aborted && Date.now() < end && (tenant.ended === undefined || (attack.until === 'exit' && open.ended === undefined))) {
    await delay(1500)
    tenant = await look(attacked.namespace)
    open = await look(openNamespace)
  }
  const ending = async (namespace: string, it: Watched): Promise<Try> => {
    const log = attack.until === 'exit' ? (await stage.kubectl(['logs', attack.pod, '-n', namespace, '--tail=1'])).stdout.trim() : ''
    const { outcome, answer } = outcomeOf(it, attack, log)
    return { outcome, command: `pod ${attack.pod} in ${namespace}: ${attack.script}`, answer }
  }
  const [openTry, tenantTry] = [await ending(openNamespace, open), await ending(attacked.namespace, tenant)]
  return told({ area: noise, aim: attack, open: openTry, tenant: tenantTry, verdict: judge(attack, openTry.outcome, tenantTry.outcome) })
}

interface Watched {
  running: boolean
  /** How it ended, in the API server's words. */
  ended?: string
  code?: number
}

function watched(pod: any, { until }: PodAttack): Watched {
  const state = pod?.status?.containerStatuses?.[0]?.state ?? {}
  const reason = [pod?.status?.reason, pod?.status?.message, state.terminated?.reason, state.terminated && `exit ${state.terminated.exitCode}`].filter(Boolean).join(', ')
  const over = pod?.status?.phase === 'Failed' || pod?.status?.phase === 'Succeeded' || (until === 'exit' && state.terminated !== undefined)
  return { running: state.running !== undefined && !over, ...(over ? { ended: reason, code: state.terminated?.exitCode ?? 1 } : {}) }
}

function outcomeOf({ running, ended, code }: Watched, { until, refusal }: PodAttack, log: string): { outcome: Try['outcome']; answer: string } {
  if (until === 'outlive' && running) return { outcome: 'done', answer: 'it goes on' }
  if (ended === undefined) return { outcome: 'unclear', answer: running ? 'it has not ended' : 'it has not started' }
  const answer = [ended, log].filter(Boolean).join(': ').slice(0, 300)
  if (code === 0) return { outcome: 'done', answer }
  return { outcome: new RegExp(refusal).test(answer) ? 'refused' : 'unclear', answer }
}

function told(trial: Trial): Trial {
  const { verdict, aim } = trial
  const reason = verdict === 'not bounded' ? aim.unbounded : verdict === 'nothing there' ? aim.mayBeAbsent : undefined
  return { ...trial, ...(reason === undefined ? {} : { reason }) }
}

/** What people read: the last lines, which say what went wrong. */
function answerOf({ code, stdout, stderr }: Ran): string {
  // A token that was given, in the unprotected namespace or to a weakened tenant, is nobody's business.
  const lines = `${stdout}\n${stderr}`.replace(/\beyJ[\w-]+\.[\w-]+\.[\w-]+/g, '<token>').split('\n').filter((line) => line.trim() !== '' && !line.startsWith('command terminated with'))
  return `${lines.slice(-3).join('\n').slice(0, 400) || 'nothing'} (exit ${code})`
}

/** Runs tasks, so many at a time, and gives back their results in order. @throws the reason of the interruption, once nothing runs any more */
async function pooled<T>(tasks: readonly (() => Promise<T>)[], width: number, interruption: AbortSignal): Promise<T[]> {
  const results: T[] = []
  let next = 0
  await Promise.all(Array.from({ length: width }, async () => {
    while (next < tasks.length && !interruption.aborted) {
      const index = next++
      results[index] = await tasks[index]!()
    }
  }))
  interruption.throwIfAborted()
  return results
}
