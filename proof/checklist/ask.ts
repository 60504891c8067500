/** Ways to ask a live cluster, through kubectl, so that whoever reads the evidence can repeat it. */
import { isDeepStrictEqual } from 'node:util'
import { containerSecurity, podSecurity } from '../../apps/render.ts'
import type { Evidence, Ran, System } from './point.ts'

/** Seconds that a probe pod may take, image pull included. */
const probeSeconds = 60

export interface Asked extends Ran {
  evidence: Evidence
}

export async function kubectl(system: System, args: string[], { input, timeoutSeconds = probeSeconds }: { input?: string; timeoutSeconds?: number } = {}): Promise<Asked> {
  const ran = await system.run('kubectl', ['--context', system.context, ...args], { input, timeoutSeconds })
  return { ...ran, evidence: { command: `kubectl ${args.join(' ')}`, answer: firstLine(ran) } }
}

/** Seconds until a question that goes through the tunnel counts as hanging (a cut tunnel). */
export const answerSeconds = 8

/** Runs a command in the test application. */
export function execInApplication(system: System, command: string[]): Promise<Asked> {
  return kubectl(system, ['exec', '-n', system.testApplication.tenant, 'test-app-0', '-c', 'test-app', '--', ...command], { timeoutSeconds: answerSeconds })
}

/** An object as the API server has it, or undefined where there is none. */
export async function getObject(system: System, args: string[]): Promise<{ object: any; evidence: Evidence }> {
  const asked = await kubectl(system, ['get', ...args, '-o', 'json'])
  return { object: asked.code === 0 ? JSON.parse(asked.stdout) : undefined, evidence: { command: `kubectl get ${args.join(' ')}`, answer: asked.code === 0 ? '' : firstLine(asked) } }
}

/** The check that some part of an object is what it must be. */
export function expectPart(evidence: Evidence, part: unknown, wanted: unknown): { holds: boolean; evidence: Evidence } {
  return { holds: isDeepStrictEqual(part, wanted), evidence: { command: evidence.command, answer: evidence.answer || JSON.stringify(part) || 'nothing' } }
}

export interface Probe {
  namespace: string
  name: string
  /** Shell command; the last line of its output is the answer. */
  command: string
  /** The command as the evidence shows it. Default: the command. */
  shown?: string
  nodeSelector?: Record<string, string>
  affinity?: object
  tolerations?: object[]
}

/** Runs a pod to its end and gives back what it printed; the pod is deleted. `code` is 0 where it succeeded. */
export async function runProbe(system: System, probe: Probe): Promise<Asked> {
  const evidence = (answer: string): Evidence => ({ command: `pod in ${probe.namespace}: ${probe.shown ?? probe.command}`, answer })
  await kubectl(system, ['delete', 'pod', probe.name, '-n', probe.namespace, '--ignore-not-found', '--now'])
  const created = await kubectl(system, ['create', '-f', '-'], { input: JSON.stringify(renderProbe(system, probe)) })
  if (created.code !== 0) return { ...created, evidence: evidence(firstLine(created)) }
  try {
    const ended = await kubectl(system, ['wait', 'pod', probe.name, '-n', probe.namespace, `--timeout=${probeSeconds - 10}s`, '--for=jsonpath={.status.containerStatuses[0].state.terminated}'])
    const { object } = await getObject(system, ['pod', probe.name, '-n', probe.namespace])
    const exit: number | undefined = object?.status?.containerStatuses?.[0]?.state?.terminated?.exitCode
    if (ended.code !== 0 || exit === undefined) return { ...ended, code: 1, evidence: evidence(`the pod did not end: ${object?.status?.phase ?? firstLine(ended)}`) }
    const log = await kubectl(system, ['logs', probe.name, '-n', probe.namespace])
    return { ...log, code: exit, evidence: evidence(`${lastLine(log)} (exit ${exit})`) }
  } finally {
    await kubectl(system, ['delete', 'pod', probe.name, '-n', probe.namespace, '--ignore-not-found', '--wait=false', '--now'])
  }
}

/** A pod that fits `restricted` and runs one command. */
export function renderProbe(system: System, { namespace, name, command, nodeSelector, affinity, tolerations }: Probe) {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels: { 'app.kubernetes.io/name': name, 'app.kubernetes.io/managed-by': 'annex' } },
    spec: {
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      securityContext: podSecurity,
      nodeSelector,
      affinity,
      tolerations,
      containers: [{
        name: 'probe',
        image: system.probeImage,
        command: ['sh', '-c', command],
        resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { cpu: '100m', memory: '32Mi' } },
        securityContext: containerSecurity,
      }],
    },
  }
}

function lastLine({ stdout, stderr }: Pick<Ran, 'stdout' | 'stderr'>): string {
  return (stdout.trim() || stderr.trim()).split('\n').at(-1)?.slice(0, 160) || 'no answer'
}

export function firstLine({ stdout, stderr }: Pick<Ran, 'stdout' | 'stderr'>): string {
  const text = stdout.trim() || stderr.trim()
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  return (lines[0] ?? 'no answer').slice(0, 160)
}
