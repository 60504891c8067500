import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { cacheFolder } from '../tools/cache.ts'
import { execa, type Options } from 'execa'
import { setFolder } from '../tools/cache.ts'
import { toolSets } from '../tools/table.ts'

/** The checkout that this lab belongs to. */
export const checkout = path.resolve(import.meta.dirname, '..')
/** Everything the running lab keeps; never committed, gone after `down` but for keys and logs. */
export const labFolder = path.join(checkout, '.lab')

/** A path inside `.lab`; its parent folder exists afterwards. */
export function labPath(...parts: string[]): string {
  const file = path.join(labFolder, ...parts)
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o755 })
  return file
}

/** The command that runs `command` in one of the lab's network namespaces, as the same process (nothing is forked). */
export function inNamespace(namespace: string, command: string, args: readonly string[] = []): [string, string[]] {
  return ['nsenter', [`--net=/run/netns/${namespace}`, '--', command, ...args]]
}

/** What an engineer's laptop would have set: kubectl, pulumi and ssh all talk to the lab, and to nothing else of this machine. */
export function operatorEnvironment(): Record<string, string> {
  const state = path.join(labFolder, 'pulumi', 'state')
  const pulumiHome = path.join(labFolder, 'pulumi', 'home')
  mkdirSync(state, { recursive: true })
  return {
    ...inherited(),
    PATH: [path.join(checkout, 'node_modules', '.bin'), ...clients(), path.join(pulumiHome, 'bin'), process.env['PATH'] ?? ''].join(':'),
    KUBECONFIG: path.join(labFolder, 'kubeconfig'),
    SSH_AUTH_SOCK: path.join(labFolder, 'ssh', 'agent.sock'),
    PULUMI_HOME: pulumiHome,
    // Pulumi replaces the state at one stroke, but not the notes that it keeps beside it: a kill in between leaves half of one, and a state that cannot be read.
    PULUMI_BACKEND_URL: `file://${state}?metadata=skip`,
    PULUMI_CONFIG_PASSPHRASE: 'annex-lab',
    // The SDK's modules, compiled once: a second of every run.
    NODE_COMPILE_CACHE: path.join(cacheFolder(), 'compiled'),
    PULUMI_SKIP_UPDATE_CHECK: 'true',
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: 'true',
  }
}

/** Runs a process in the operator's namespace with the operator's environment; takes execa's options. */
export function runAsOperator<O extends Options>(command: string, args: readonly string[], options?: O) {
  const [file, rest] = inNamespace('annex-operator', command, args)
  return execa(file, rest, { ...options, env: { ...operatorEnvironment(), ...options?.env }, extendEnv: false } as unknown as O)
}

/** Folders of pulumi and kubectl. */
function clients(): string[] {
  return toolSets.filter(({ name }) => ['pulumi', 'kubernetes'].includes(name)).map((set) => path.join(setFolder(set), 'bin'))
}

/** What of this machine's environment means the same inside the lab: a proxy leads nowhere from there, and what is set for Pulumi is for other stacks. */
export function inherited(): Record<string, string> {
  const kept = Object.entries(process.env).filter(([name]) => !/^(https?|no|all|ftp)_proxy$/i.test(name) && !name.startsWith('PULUMI_'))
  return Object.fromEntries(kept) as Record<string, string>
}
