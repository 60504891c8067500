/** What the end-to-end tests share: the lab and the stack, as the operator sees them. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Options } from 'execa'
import { parse, stringify } from 'yaml'
import { checkout } from '../../lab/environment.ts'
import { reinstallHost, up as labUp } from '../../lab/lab.ts'
import { labSystem } from '../../lab/proof.ts'
import { destroy, pulumi, stackExists, stackName } from '../../lab/stack.ts'
import type { HostName } from '../../lab/topology.ts'
import { packetFilter } from '../packet-filter.ts'

export { difference } from '../host/lab-host.ts'

export const system = labSystem()

/** The lab with a VPS fresh from its provider and no stack on it. */
export async function freshLab(): Promise<void> {
  await labUp()
  if (stackExists()) await destroy({ stdio: 'pipe' })
  await reinstallHost('vps-worker-1')
}

/** What a host consists of, one fact a line (snapshot.sh says what is left out). */
export async function snapshot(): Promise<string[]> {
  const script = readFileSync(new URL('snapshot.sh', import.meta.url), 'utf8')
  const { code, stdout, stderr } = await system.onWorker(['bash', '-c', quote(script)])
  if (code !== 0) throw new Error(`snapshot: ${stderr}`)
  return [...stdout.split('\n'), ...await packetFilter(system.worker.name as HostName)]
}

export async function onWorker(command: string): Promise<string> {
  const { code, stdout, stderr } = await system.onWorker(['bash', '-c', quote(command)])
  if (code !== 0) throw new Error(`${command}: ${stderr}`)
  return stdout
}

/** Runs pulumi on the dev stack and gives back all that it printed; `code` is its exit code. */
export async function runPulumi(args: string[], options: Options = {}): Promise<{ code: number; output: string }> {
  const { exitCode, all } = await pulumi([...args, '--stack', stackName, '--non-interactive'], { stdio: 'pipe', all: true, reject: false, ...options })
  return { code: exitCode ?? 1, output: String(all) }
}

/** The lab's second VPS, for `annex:workers`: behind NAT, reached as a user with sudo. */
export const secondWorker = { name: 'vps-worker-2' as const, address: '198.51.100.12', tunnelAddress: '10.100.0.12', ssh: { user: 'debian', port: 2222, listenPort: 22 } }

/** As `runPulumi`, with a changed configuration. */
export async function runWith(change: (config: Record<string, any>) => void, args: string[]): Promise<{ code: number; output: string }> {
  const document = parse(readFileSync(path.join(checkout, 'Pulumi.dev.yaml'), 'utf8')) as { config: Record<string, any> }
  change(document.config)
  const folder = mkdtempSync(path.join(os.tmpdir(), 'annex-stack-'))
  try {
    const file = path.join(folder, 'Pulumi.dev.yaml')
    writeFileSync(file, stringify(document))
    return await runPulumi([...args, '--config-file', file])
  } finally {
    rmSync(folder, { recursive: true })
  }
}

export type Running = ReturnType<typeof pulumi>

/** Starts `pulumi up` and lets it be cut. @returns whether it was done before that */
export async function cutUp(cut: (running: Running) => Promise<void>): Promise<{ ended: boolean }> {
  const running = pulumi(['up', '--stack', stackName, '--yes', '--skip-preview', '--non-interactive'], { stdio: 'pipe', reject: false })
  await Promise.race([running, cut(running)])
  return { ended: (await running).exitCode === 0 }
}

/** Kills the CLI, as kill -9 does, some time after its start. */
export async function killAfter(running: Running, seconds: number): Promise<void> {
  await sleep(seconds * 1000)
  running.kill('SIGKILL')
}

/** What kubectl prints. @param input for its standard input @throws Error when it fails */
export async function kubectl(args: string[], input?: string): Promise<string> {
  const { code, stdout, stderr } = await system.run('kubectl', ['--context', system.context, ...args], { input, timeoutSeconds: 300 })
  if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`)
  return stdout
}

/** The status of the node's condition Ready; empty where the cluster has no such node. */
export function readiness(node: string): Promise<string> {
  return kubectl(['get', 'node', node, '--ignore-not-found', '-o', 'jsonpath={.status.conditions[?(@.type=="Ready")].status}'])
}

/** The stack's whole state, secrets decrypted. */
export async function plainState(): Promise<any> {
  const { stdout } = await pulumi(['stack', 'export', '--show-secrets', '--stack', stackName], { stdio: 'pipe' })
  return JSON.parse(String(stdout))
}

/** One word for the remote shell. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
