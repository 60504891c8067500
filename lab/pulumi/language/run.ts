/**
 * Starts node on a program, a policy pack or a provider written for node.
 */
import { spawn } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, join } from 'node:path'

export interface ProgramInfo {
  rootDirectory: string
  programDirectory: string
  entryPoint: string
  /** Pulumi.yaml's `runtime.options`. */
  options: { typescript?: boolean; nodeargs?: string; tsconfig?: string }
}

export interface Program {
  engine: string
  monitor: string
  organization: string
  project: string
  stack: string
  dryRun: boolean
  parallel: number
  args: string[]
  config: { [key: string]: string }
  configSecretKeys: string[]
  info: ProgramInfo
}

export interface Plugin {
  kind: string
  pwd: string
  args: string[]
  /** `NAME=value` each. */
  env: string[]
  info: ProgramInfo
}

/** cmd/run ends with this code when it has told the user what is wrong. */
const ALREADY_REPORTED = 32

/** Milliseconds that an interrupted program has to end by itself. */
const LAST_WORDS = 5000

/** Runs the program to its end, or until `cancelled` is raised; `bail` means that the user has been told what is wrong. */
export async function runProgram(program: Program, cancelled: AbortSignal): Promise<{ error: string; bail: boolean }> {
  const { info } = program
  const args = [
    ...nodeArgs(info),
    locate(process.env.PULUMI_LANGUAGE_NODEJS_RUN_PATH || '@pulumi/pulumi/cmd/run', info),
    ...flag('monitor', program.monitor),
    ...flag('engine', program.engine),
    ...flag('organization', program.organization),
    ...flag('project', program.project),
    ...flag('root-directory', info.rootDirectory),
    ...flag('stack', program.stack),
    ...flag('pwd', info.programDirectory),
    ...(program.dryRun ? ['--dry-run'] : []),
    ...flag('parallel', String(program.parallel)),
    info.entryPoint,
    ...program.args,
  ]
  const child = spawn(findNode(), args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: {
      ...environment(info),
      PULUMI_CONFIG: JSON.stringify(legacyKeys(program.config)),
      PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(program.configSecretKeys),
    },
  })
  const interrupt = () => {
    child.kill('SIGINT')
    setTimeout(() => child.kill('SIGKILL'), LAST_WORDS).unref()
  }
  cancelled.addEventListener('abort', interrupt, { once: true })
  // A program that was killed by a signal has no exit code: for Go that is -1.
  const code = (await exit(child)) ?? -1
  cancelled.removeEventListener('abort', interrupt)
  if (code === ALREADY_REPORTED) return { error: '', bail: true }
  return { error: code === 0 ? '' : `Program exited with non-zero exit code: ${code}`, bail: false }
}

/** Runs a policy pack or a provider until it ends or `stop` is raised; returns its exit code. */
export async function runPlugin(
  plugin: Plugin,
  output: (stream: 'stdout' | 'stderr', bytes: Uint8Array) => void,
  stop: AbortSignal,
): Promise<number> {
  const { info } = plugin
  const install = `npm install in ${info.programDirectory}`
  const target =
    plugin.kind === 'analyzer'
      ? [locate('@pulumi/pulumi/cmd/run-policy-pack', info, install), ...plugin.args, info.programDirectory]
      : [locate('@pulumi/pulumi/cmd/run-plugin', info, install), join(info.programDirectory, info.entryPoint), ...plugin.args]
  const child = spawn(findNode(), [...nodeArgs(info), ...target], {
    // A policy pack reads its own package.json from where it runs.
    cwd: plugin.kind === 'analyzer' ? info.programDirectory : plugin.pwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...environment(info), ...Object.fromEntries(plugin.env.map(split)) },
  })
  child.stdout.on('data', (bytes: Uint8Array) => output('stdout', bytes))
  child.stderr.on('data', (bytes: Uint8Array) => output('stderr', bytes))
  stop.addEventListener('abort', () => child.kill())
  process.once('exit', () => child.kill())
  return (await exit(child)) ?? 1
}

/** node as the user's PATH has it, not the one that runs this host. */
export function findNode(path = process.env.PATH ?? ''): string {
  for (const folder of path.split(delimiter)) {
    const node = join(folder, 'node')
    try {
      accessSync(node, constants.X_OK)
      if (statSync(node).isFile()) return node
    } catch {
      // Not in this folder.
    }
  }
  throw new Error('could not find node on the $PATH: install Node.js or add its folder to PATH')
}

/** Splits `nodeargs` at spaces outside of quotes. */
export function nodeArgs(info: ProgramInfo): string[] {
  const words = (info.options.nodeargs ?? '').match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? []
  return words.map((word) => word.replaceAll(/"([^"]*)"|'([^']*)'/g, '$1$2'))
}

function locate(module: string, info: ProgramInfo, install = 'pulumi install'): string {
  try {
    return createRequire(join(info.programDirectory, 'program')).resolve(module)
  } catch {
    throw new Error(`It looks like the Pulumi SDK has not been installed. Have you run ${install}?`)
  }
}

function environment({ options }: ProgramInfo): NodeJS.ProcessEnv {
  return {
    ...process.env,
    ...(options.typescript !== false && { PULUMI_NODEJS_TYPESCRIPT: 'true' }),
    ...(options.tsconfig && { PULUMI_NODEJS_TSCONFIG_PATH: options.tsconfig }),
  }
}

function flag(name: string, value: string): string[] {
  return value ? [`--${name}`, value] : []
}

function split(variable: string): [string, string] {
  const at = variable.indexOf('=')
  return [variable.slice(0, at), variable.slice(at + 1)]
}

/** `<package>:<name>` the way the SDK still reads it: `<package>:config:<name>`. */
function legacyKeys(config: { [key: string]: string }): { [key: string]: string } {
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => {
      const at = key.indexOf(':')
      const rest = key.slice(at + 1)
      return [rest.startsWith('config:') ? key : `${key.slice(0, at)}:config:${rest}`, value]
    }),
  )
}

/** The exit code, or null of a process that was killed. */
function exit(child: ReturnType<typeof spawn>): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', (error) =>
      reject(new Error(`Problem executing program (could not run language executor): ${error.message}`)),
    )
    child.once('close', (code) => resolve(code))
  })
}
