/** Runs Pulumi on the dev stack, as an engineer would on a laptop beside the lab. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Options } from 'execa'
import { parse } from 'yaml'
import { toolPath } from '../tools/tools.ts'
import { checkout, labPath, operatorEnvironment, runAsOperator } from './environment.ts'
import { installStandIns } from './pulumi/install.ts'
import { breakDeadLocks } from './stack-lock.ts'

export const stackName = 'dev'
const stateFolder = () => labPath('pulumi', 'state')

export interface Changes {
  /** Resources by what happened to them: create, update, replace, delete, same. */
  counts: Record<string, number>
  /** Whether anything but `same` happened. */
  changed: boolean
}

/** Runs `pulumi` with arguments in the operator's namespace; output goes to the terminal unless told otherwise. */
export function pulumi(args: string[], options: Options = {}) {
  const languageHost = installStandIns(operatorEnvironment()['PULUMI_HOME']!)
  const cli = toolPath('pulumi')
  const env = { ...operatorEnvironment(), ...options.env }
  return runAsOperator(cli, args, {
    stdio: 'inherit',
    cwd: checkout,
    ...options,
    env: { ...env, PATH: [path.dirname(cli), languageHost, env['PATH']].join(':') },
  })
}

/** Runs the program once without a configuration, which ends it soon: Node compiles it and the SDK, so that the first real run need not. */
export async function compileProgram(): Promise<void> {
  const folder = emptyStack()
  mkdirSync(folder, { recursive: true })
  const options: Options = { stdio: 'pipe', reject: false, env: { PULUMI_BACKEND_URL: `file://${folder}` } }
  await pulumi(['stack', 'init', stackName, '--non-interactive'], options)
  await pulumi(['preview', '--stack', stackName, '--config-file', path.join(folder, 'none.yaml'), '--non-interactive'], options)
}

export function programCompiled(): boolean {
  return existsSync(emptyStack())
}

const emptyStack = () => labPath('pulumi', 'empty')

export function stackExists(): boolean {
  return existsSync(path.join(stateFolder(), '.pulumi', 'stacks', 'annex', `${stackName}.json`))
}

/** Makes the stack where it is missing, and clears up behind a `pulumi` that was killed: its lock and its unfinished operations. */
export async function openStack(): Promise<void> {
  if (!stackExists()) await pulumi(['stack', 'init', stackName, '--non-interactive'], { stdio: 'pipe' })
  const broken = breakDeadLocks(stateFolder(), stackName)
  for (const line of broken) console.log(line)
  // What they made is taken over by the next run (kubernetes:upsertExistingObjects; host scripts are idempotent).
  if (broken.length > 0) await pulumi(['refresh', '--stack', stackName, '--clear-pending-creates', '--yes', '--skip-preview', '--non-interactive'], { stdio: 'pipe' })
}

/** `pulumi up` with the policy pack; its preview comes first, so that a stack that breaks a rule changes nothing. @throws ExecaError where Pulumi fails; it has said why. */
export async function up(options: Options = {}): Promise<Changes> {
  await openStack()
  await pulumi(['up', '--stack', stackName, '--yes', '--non-interactive', '--suppress-permalink', '--policy-pack', 'policies'], options)
  return lastChanges()
}

/** `pulumi destroy`, and the empty stack goes too. */
export async function destroy(options: Options = {}): Promise<void> {
  await openStack()
  await pulumi(['destroy', '--stack', stackName, '--yes', '--skip-preview', '--non-interactive', '--suppress-permalink'], options)
  await pulumi(['stack', 'rm', stackName, '--yes', '--preserve-config', '--non-interactive'], { stdio: 'pipe' })
}

/** What the last update did, from the backend's own history. */
export async function lastChanges(): Promise<Changes> {
  const { stdout } = await pulumi(['stack', 'history', '--stack', stackName, '--json', '--page-size', '1'], { stdio: 'pipe' })
  const [last] = JSON.parse(String(stdout)) as { resourceChanges?: Record<string, number> }[]
  const counts = last?.resourceChanges ?? {}
  return { counts, changed: Object.keys(counts).some((kind) => kind !== 'same') }
}

/** The options of the dev stack, which is also what the proof and the tests go by. */
export function devOptions(): Record<string, any> {
  const { config } = parse(readFileSync(path.join(checkout, `Pulumi.${stackName}.yaml`), 'utf8')) as { config: Record<string, unknown> }
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key.replace(/^annex:/, ''), value]))
}
