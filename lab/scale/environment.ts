/** An environment with its tenants in stacks of their own, on a real API server without hosts: the program of `tenants/`, beside a platform that is only what it stands on. */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { execa } from 'execa'
import { parse, stringify } from 'yaml'
import { type Assigned, assign } from '../../tenants/assign.ts'
import { toolPath } from '../../tools/tools.ts'
import { cacheFolder } from '../../tools/cache.ts'
import { checkout, inherited } from '../environment.ts'
import { installStandIns } from '../pulumi/install.ts'

export const environment = 'scale'

export interface StackedEnvironment {
  /** Its project's folder, as a user's checkout. */
  root: string
  /** Writes tenants/scale.yaml anew, and gives new tenants their stacks. */
  writeTenants(text: string): Assigned
  /** The file as it is, stacks filled in. */
  readTenants(): string
  /** A file of the project. */
  read(name: string): string
  /** `pulumi` in the project of the platform or of the tenants. @returns its exit code and all that it printed */
  pulumi(project: 'platform' | 'tenants', ...args: string[]): Promise<{ code: number; output: string }>
  openStack(project: 'platform' | 'tenants', stack: string): Promise<unknown>
  /** @returns Pulumi's output @throws Error with it */
  up(project: 'platform' | 'tenants', stack: string, ...args: string[]): Promise<string>
  remove(): void
}

/** Lays out a project beside this one: the options of the dev stack, which has a tunnel, workers and admission, but no tenants. */
export function openEnvironment(cluster: { kubeconfigFile: string }): StackedEnvironment {
  const root = mkdtempSync(path.join(tmpdir(), 'annex-scale-'))
  const at = (...parts: string[]) => path.join(root, ...parts)
  mkdirSync(at('tenants'))
  mkdirSync(at('state'))
  installStandIns(at('home'))
  symlinkSync(path.join(checkout, 'node_modules'), at('node_modules'))
  writeFileSync(at('package.json'), '{ "type": "module", "main": "index.ts" }')
  copyFileSync(path.join(checkout, 'Pulumi.yaml'), at('Pulumi.yaml'))
  copyFileSync(path.join(checkout, 'tenants', 'Pulumi.yaml'), at('tenants', 'Pulumi.yaml'))
  writeFileSync(at('index.ts'), `export * from ${JSON.stringify(path.join(checkout, 'lab/scale/platform.ts'))}\n`)
  writeFileSync(at('tenants', 'index.ts'), `export * from ${JSON.stringify(path.join(checkout, 'tenants/index.ts'))}\n`)
  const { config } = parse(readFileSync(path.join(checkout, 'Pulumi.dev.yaml'), 'utf8')) as { config: Record<string, unknown> }
  const { 'annex:testApplication': _application, 'annex:tenants': _tenants, ...options } = config
  writeFileSync(at(`Pulumi.${environment}.yaml`), stringify({ config: { ...options, 'kubernetes:context': 'test' } }))

  const env = {
    ...inherited(),
    PATH: [path.join(checkout, 'node_modules', '.bin'), path.dirname(toolPath('pulumi')), path.dirname(toolPath('kubectl')), process.env['PATH']].join(':'),
    PULUMI_HOME: at('home'),
    PULUMI_BACKEND_URL: `file://${at('state')}?metadata=skip`,
    PULUMI_CONFIG_PASSPHRASE: 'annex-lab',
    PULUMI_SKIP_UPDATE_CHECK: 'true',
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: 'true',
    KUBECONFIG: cluster.kubeconfigFile,
    NODE_COMPILE_CACHE: path.join(cacheFolder(), 'compiled'),
  }
  const pulumi: StackedEnvironment['pulumi'] = async (project, ...args) => {
    const { exitCode, all } = await execa(toolPath('pulumi'), [...args, '--non-interactive'], { cwd: project === 'platform' ? root : at('tenants'), env, extendEnv: false, all: true, reject: false })
    return { code: exitCode ?? 1, output: all }
  }
  const succeed = async (project: 'platform' | 'tenants', ...args: string[]) => {
    const { code, output } = await pulumi(project, ...args)
    if (code !== 0) throw new Error(`pulumi ${args.join(' ')} in ${project}:\n${output}`)
    return output
  }
  return {
    root,
    writeTenants(text) {
      writeFileSync(at('tenants', `${environment}.yaml`), text)
      return assign(environment, root)
    },
    readTenants: () => readFileSync(at('tenants', `${environment}.yaml`), 'utf8'),
    read: (name) => readFileSync(at(name), 'utf8'),
    pulumi,
    openStack: (project, stack) => succeed(project, 'stack', 'init', stack),
    up: (project, stack, ...args) => succeed(project, 'up', '--stack', stack, '--yes', '--skip-preview', ...args),
    remove: () => rmSync(root, { recursive: true, force: true }),
  }
}
