/** The engine on a real host of the lab, called from its console; what goes over SSH has tests of its own. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { bundle, type Command, packed, remoteCommand } from '../../host/bundle.ts'
import { type Change, type HostDocument, type HostResult, parseDocument, parseResult } from '../../host/document.ts'
import { type HostReport, parseFailure } from '../../host/look.ts'
import { runInHost } from '../../lab/host.ts'
import { up } from '../../lab/lab.ts'
import type { HostName } from '../../lab/topology.ts'
import { packetFilter } from '../packet-filter.ts'

/** Bare, behind NAT, and in no stack. */
export const host = 'vps-worker-2'

let lab: Promise<void> | undefined

/** Brings the lab up, once in this process: what another test takes away meanwhile stays away. */
export function labUp(): Promise<void> {
  lab ??= up()
  return lab
}

export interface Run {
  code: number | undefined
  stdout: string
  stderr: string
}

export type Items = HostDocument['items']

/** @param cut number of the shell command before which the engine is killed, as kill -9 would */
export async function run(command: Command, input: { section?: string }, cut?: number, env: Record<string, string> = {}, on: HostName = host): Promise<Run> {
  const script = cut === undefined ? bundle(command) : cutAt(bundle(command), cut)
  const { exitCode, stdout, stderr } = await runInHost(on, 'setsid', ['--wait', 'bash', '-c', remoteCommand(command, input.section ?? 'host', 'root')], {
    input: `${packed(script)}${JSON.stringify(input, null, 2)}\n`, env, reject: false,
  })
  return { code: exitCode, stdout: String(stdout), stderr: String(stderr) }
}

/** @throws with what the engine said. */
export async function converge(section: string, items: Items, on: HostName = host): Promise<HostResult> {
  return result(await run('converge', parseDocument({ section, items }), undefined, {}, on))
}

export async function remove(section: string, on: HostName = host): Promise<HostResult> {
  return result(await run('remove', { section }, undefined, {}, on))
}

/** What the engine says when it fails. */
export async function failure(section: string, items: Items, env: Record<string, string> = {}): Promise<{ item: string; error: string; fix: string }> {
  const { code, stderr } = await run('converge', parseDocument({ section, items }), undefined, env)
  const told = parseFailure(stderr)
  if (code === 0 || told === undefined) throw new Error(`no failure, but exit code ${code}: ${stderr}`)
  return told
}

/** What `converge` would change, as kind, id and what. */
export async function differences(section: string, items: Items): Promise<string[]> {
  return (await look([parseDocument({ section, items })])).documents[0]!.differences.map(describe)
}

/** What is no longer as the last run of the section has left it, and which run that was. */
export async function drift(section: string): Promise<{ generation: number; differences: string[] }> {
  const { generation, differences } = (await look()).converged.find((it) => it.section === section)!
  return { generation, differences: differences.map(describe) }
}

/** The engine's own answer, with facts and all. */
export async function look(documents: HostDocument[] = []): Promise<HostReport> {
  const { code, stdout, stderr } = await run('look', { documents, probes: { dial: [] } } as object)
  if (code !== 0) throw new Error(stderr)
  return JSON.parse(stdout) as HostReport
}

function describe({ kind, id, what }: Change): string {
  return `${kind} ${id}: ${what}`
}

export async function shell(script: string): Promise<string> {
  return String((await runInHost(host, 'bash', ['--norc', '-euc', script])).stdout)
}

/** What the host consists of, one fact a line. */
export async function snapshot(): Promise<string[]> {
  const text = readFileSync(new URL('../e2e/snapshot.sh', import.meta.url), 'utf8')
  return [...(await shell(text)).split('\n'), ...await packetFilter(host)]
}

/** The lab with this host as the tests of the engine begin with it. @returns its snapshot */
export async function bareHost(): Promise<string[]> {
  await labUp()
  // The first apt run of a new host makes apt's own files; they are none of annex's.
  await shell('apt-get -qq update; systemctl reset-failed')
  return await snapshot()
}

/** Facts that are in one list only, marked as in a diff. */
export function difference(before: string[], after: string[]): string[] {
  const [old, now] = [new Set(before), new Set(after)]
  return [...before.filter((line) => !now.has(line)).map((line) => `- ${line}`), ...after.filter((line) => !old.has(line)).map((line) => `+ ${line}`)]
}

/** Long lists are compared by hand: what assert makes of them takes minutes. */
export function same(before: string[], after: string[]): void {
  const found = difference(before, after)
  assert.ok(found.length === 0, `the host is not as it was found:\n${found.slice(0, 30).join('\n')}`)
}

function result({ code, stdout, stderr }: Run): HostResult {
  if (code !== 0) throw new Error(`exit code ${code}: ${stderr}`)
  return parseResult(stdout)
}

/** The engine with a counter on every shell command, in functions and subshells too. */
function cutAt(script: string, cut: number): string {
  const counter = `set -o functrace\nCUT=0\ntrap 'if ((++CUT == ${cut})); then kill -KILL $$; fi' DEBUG`
  return script.replace(/\nmain "\$@"\n$/, () => `\n${counter}\nmain "$@"\n`)
}
