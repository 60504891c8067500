/** `npm run tenants -- prod`: gives each new tenant of tenants/prod.yaml a stack, and each stack its options. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseDocument, stringify } from 'yaml'
import { describe } from '../config/check.ts'
import { checkEnvironment } from '../config/check-stacked.ts'
import { annexOptions, connectionFaults, stackOptions } from '../config/stack-options.ts'
import { fillInStacks, readAssigned, stackName } from '../config/stacked-tenants.ts'

export interface Assigned {
  /** Tenants by the name of their stack. */
  stacks: Record<string, string[]>
  /** Files that are new or changed, from the project's folder. */
  written: string[]
}

/**
 * Writes nothing where there is a fault.
 * @param environment name of the platform's stack
 * @param root the project's folder
 * @throws Error with all faults at once
 */
export function assign(environment: string, root: string): Assigned {
  const [file, baseFile] = [`tenants/${environment}.yaml`, `Pulumi.${environment}.yaml`]
  const read = (name: string) => (existsSync(path.join(root, name)) ? readFileSync(path.join(root, name), 'utf8') : undefined)
  const [text, base] = [read(file), read(baseFile)]
  const missing = [...(text === undefined ? [`${file}: a list of tenants`] : []), ...(base === undefined ? [`${baseFile}: the options of the platform's stack`] : [])]
  if (text === undefined || base === undefined) throw new Error(`these files are needed:\n${missing.map((it) => `  - ${it}`).join('\n')}`)
  const { options, error } = stackOptions(base)
  if (error !== undefined) throw new Error(`${baseFile} cannot be read: ${error}`)
  const checked = checkEnvironment(annexOptions(options), readAssigned(text, file))
  const faults = [...connectionFaults(options), ...checked.faults]
  if (faults.length > 0) throw new Error(describe(faults, `${file} with ${baseFile}`))
  const members = Map.groupBy(checked.stacked, ({ stack }) => stack)
  const numbers = [...members.keys()].sort((a, b) => a - b)
  const files = [
    { name: file, before: text, after: fillInStacks(text) },
    ...numbers.map((stack) => {
      const name = `tenants/Pulumi.${stackName(environment, stack)}.yaml`
      const before = read(name)
      return { name, before, after: stackFile(name, before, environment, stack, options) }
    }),
  ].filter(({ before, after }) => before !== after)
  for (const { name, after } of files) writeFileSync(path.join(root, name), after)
  return {
    stacks: Object.fromEntries(numbers.map((stack) => [stackName(environment, stack), members.get(stack)!.map(({ name }) => name)])),
    written: files.map(({ name }) => name),
  }
}

/**
 * The options of a stack: the platform's connection to the cluster, and which stack it is. What else is there, like Pulumi's salt, is kept. A secret
 * is encrypted for its own stack and opens in no other.
 */
function stackFile(name: string, before: string | undefined, environment: string, stack: number, platform: Record<string, unknown>): string {
  const wanted = {
    ...Object.fromEntries(Object.entries(platform).filter(([key, value]) => isConnection(key) && !isSecret(value))),
    'annex:base': environment,
    'annex:stack': stack,
  }
  if (before === undefined) return `# Made by npm run tenants. Its tenants are those of ${environment}.yaml with stack: ${stack}.\n${stringify({ config: wanted })}`
  const document = parseDocument(before)
  const [fault] = document.errors
  if (fault !== undefined) throw new Error(`${name} cannot be read: ${fault.message.split('\n')[0]}`)
  const { config } = (document.toJS() ?? {}) as { config?: Record<string, unknown> | null }
  if (!config) document.set('config', document.createNode({}))
  // Pulumi writes a number as a text when it adds its salt.
  const text = (value: unknown) => (typeof value === 'object' ? JSON.stringify(value) : String(value))
  const differing = Object.entries(wanted).filter(([key, value]) => text(config?.[key]) !== text(value))
  for (const [key, value] of differing) document.setIn(['config', key], value)
  return differing.length === 0 ? before : document.toString({ lineWidth: 0 })
}

function isConnection(key: string): boolean {
  return key.startsWith('kubernetes:')
}

function isSecret(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'secure' in value
}

function main([environment, ...rest]: string[]): number {
  if (environment === undefined || environment.startsWith('-') || rest.length > 0) {
    console.error('npm run tenants -- ENVIRONMENT   gives each new tenant of tenants/ENVIRONMENT.yaml a stack; ENVIRONMENT is the name of the platform\'s stack')
    return 2
  }
  try {
    const { stacks, written } = assign(environment, process.cwd())
    for (const [name, tenants] of Object.entries(stacks)) console.log(`${name}: ${tenants.length} ${tenants.length === 1 ? 'tenant' : 'tenants'}`)
    console.log(written.length === 0 ? 'Every tenant has its stack; nothing was written.' : `Written: ${written.join(', ')}. Look at the difference and commit it.`)
    return 0
  } catch (error) {
    console.error((error as Error).message)
    return 1
  }
}

if (import.meta.main) process.exitCode = main(process.argv.slice(2))
