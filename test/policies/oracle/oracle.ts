import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import { evaluate } from '../../../policies/evaluate.ts'
import { packNamed, rulesOf } from '../../../policies/packs.ts'
import { settings } from '../../../policies/settings.ts'
import { resource } from '../resource.ts'
import { controls, type GeneratedPod, type Sample, samples } from './pods.ts'
import { reasonOf, type Answer, type Server } from './server.ts'
import { workloads } from './workloads.ts'

export const levels = ['baseline', 'restricted'] as const
type Level = (typeof levels)[number]

/** Reasons that the rules give, in Pod Security's words. */
export function ourReasons(level: Level, type: string, object: object): string[] {
  const found = evaluate(rulesOf(packNamed(`pss-${level}`), settings), resource(type, object), { settings, exceptions: [], today: '2026-11-25' })
  return [...new Set(found.map(({ rule }) => reasonOf(rule.id)))].sort()
}

/** The one breach that the API server refuses as invalid before Pod Security sees it. */
const unmasked = /`hostUsers` must be false to use `Unmasked`/

interface Compared {
  sample: Sample
  level: Level
  ours: string[]
  server: Answer
}

/** Asks the API server and the rules about so many generated pods, some of them inside workloads, and asserts that they agree. */
export async function compare(server: Server, count: number, seed: number): Promise<void> {
  const asked: Promise<Compared>[] = []
  for (const [index, sample] of samples(count, seed).entries()) {
    // Each third of the pods is inside a workload, each kind in turn.
    const workload = index % 3 === 0 ? workloads[1 + ((index / 3) % (workloads.length - 1))]! : workloads[0]!
    const object = workload.wrap(sample.pod)
    for (const level of levels) {
      const ours = ourReasons(level, workload.type, object)
      asked.push(server.dryRun(workload.path.replace('NS', level), object).then((answer) => ({ sample, level, ours, server: answer })))
    }
  }
  const compared = await Promise.all(asked)
  const differ = compared.filter((it) => !agrees(it))
  assert.equal(differ.length, 0, `${differ.length} of ${compared.length} differ, such as ${differ.slice(0, 5).map(told).join('\n')}`)
  for (const level of levels) assertSpread(compared.filter((it) => it.level === level), level)
}

function agrees({ sample, ours, server }: Compared): boolean {
  if (server.invalid === undefined) return isDeepStrictEqual(...withoutDefaultedPorts(sample, ours, server.reasons))
  // Several breaches at once may be no valid pod; one alone, or none, always is.
  return sample.several || (unmasked.test(server.invalid) && ours.includes('procMount'))
}

/** The API server gives each port of a pod in the node's network the same port on the node, and then minds that as well. */
function withoutDefaultedPorts({ pod }: Sample, ...reasons: [string[], string[]]): [string[], string[]] {
  if (pod.spec['hostNetwork'] !== true) return reasons
  const [ours, theirs] = reasons.map((list) => list.filter((reason) => reason !== 'hostPort'))
  return [ours!, theirs!]
}

function told({ sample, level, ours, server }: Compared): string {
  return `${level}: ours ${JSON.stringify(ours)}, the server's ${JSON.stringify(server)}: ${JSON.stringify(sample.pod)}`
}

/** That the comparison is worth something: enough pods are admitted, and each control is broken alone often enough. */
function assertSpread(compared: Compared[], level: Level): void {
  const invalid = compared.filter(({ server }) => server.invalid !== undefined && !unmasked.test(server.invalid))
  assert.ok(invalid.length <= 0.05 * compared.length, `${level}: ${invalid.length} of ${compared.length} pods are invalid, which compares nothing`)
  const admitted = compared.filter(({ server }) => server.invalid === undefined && server.reasons.length === 0)
  assert.ok(admitted.length >= 0.3 * compared.length, `${level}: only ${admitted.length} of ${compared.length} pods are admitted`)
  for (const control of controls.filter((it) => it.level === level)) {
    const alone = compared.filter(({ sample, ours }) => sample.alone === control && ours.length === (control.rule === 'pods-host-process' ? 2 : 1) && ours.includes(reasonOf(control.rule)))
    assert.ok(alone.length >= 10, `${control.rule} is broken alone only ${alone.length} times`)
  }
}

/** A pod that keeps every control of restricted. */
export const keepingPod: GeneratedPod = samples(5, 1)[3]!.pod
