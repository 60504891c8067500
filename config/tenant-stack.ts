/** Reads what a stack of tenants is told: its few options, the tenants' file, the platform's options beside it, and what the platform's stack has made. */
import { existsSync, readFileSync } from 'node:fs'
import * as pulumi from '@pulumi/pulumi'
import { z } from 'zod'
import { describe, type Fault, stackNameFaults } from './check.ts'
import { checkEnvironment, type StackedTenant } from './check-stacked.ts'
import { contextFaults, unknownKeys } from './config.ts'
import { show } from './fault.ts'
import { address, range } from './schema.ts'
import { annexOptions, connectionFaults, stackOptions } from './stack-options.ts'
import { readTenants, stackName } from './stacked-tenants.ts'

export interface TenantStack {
  context: string
  /** Name of this stack. */
  stack: string
  /** Name of the platform's stack. */
  base: string
  /** Those of this stack. */
  tenants: StackedTenant[]
}

/**
 * Checks all tenants of the environment, not only this stack's: two stacks could not see what they share.
 * @throws pulumi.RunError with all faults at once. Neither the cluster nor another stack has been asked then.
 */
export function readTenantStack(): TenantStack {
  const config = new pulumi.Config('annex')
  const stack = pulumi.getStack()
  const [base, number] = [config.get('base') ?? '', config.getNumber('stack') ?? 0]
  const [file, baseFile] = [`${base}.yaml`, `../Pulumi.${base}.yaml`]
  const missing = [file, baseFile].filter((it) => !existsSync(it))
  if (base === '' || missing.length > 0) {
    const message = 'the name of the platform\'s stack is needed, with its options in ../Pulumi.<name>.yaml and the tenants in <name>.yaml: npm run tenants -- <name> writes the options of this stack'
    throw new pulumi.RunError(describe([{ path: 'annex:base', seen: base === '' ? '(not set)' : `${show(base)} (missing: ${missing.join(', ')})`, message }], `Pulumi.${stack}.yaml`))
  }
  const { options, error } = stackOptions(readFileSync(baseFile, 'utf8'))
  if (error !== undefined) throw new pulumi.RunError(`${baseFile} cannot be read: ${error}`)
  const checked = checkEnvironment(annexOptions(options), readTenants(readFileSync(file, 'utf8'), `tenants/${file}`))
  const context = new pulumi.Config('kubernetes').get('context')
  const faults = [...stackNameFaults(stack), ...unknownKeys(['base', 'stack']), ...stackFaults(stack, base, number), ...contextFaults(context), ...connectionFaults(pulumi.runtime.allConfig()), ...platformFaults(context, options['kubernetes:context']), ...checked.faults]
  if (faults.length > 0) throw new pulumi.RunError(describe(faults, `tenants/${file} with Pulumi.${stack}.yaml`))
  return { context: context!, stack, base, tenants: checked.stacked.filter((it) => it.stack === number) }
}

function stackFaults(stack: string, base: string, number: number): Fault[] {
  if (stack === stackName(base, number)) return []
  return [{ path: 'annex:stack', seen: show(number), message: `would make this stack ${stackName(base, number)}, but it is ${stack}: put back what npm run tenants wrote` }]
}

function platformFaults(own: string | undefined, base: unknown): Fault[] {
  return !own || own === base ? [] : [{ path: 'kubernetes:context', seen: show(own), message: `is not the platform's (${show(base)}): npm run tenants writes it anew` }]
}

const outputs = z.object({
  tenantSurroundings: z.object({ closed: z.array(range), nodeLocalDns: z.array(address) }),
  boundedByAdmission: z.array(z.string()),
})

/** What the platform's stack tells stacks of tenants: plain outputs, no secrets. */
export type Platform = z.infer<typeof outputs>

/**
 * Asks the platform's stack, which has to be there before its tenants: its admission policies hold what their roles cannot.
 * @throws pulumi.RunError where it was never updated, or by an annex that knew no stacks of tenants
 */
export async function readPlatform(base: string): Promise<Platform> {
  const reference = new pulumi.StackReference(`${pulumi.getOrganization()}/annex/${base}`)
  const names = Object.keys(outputs.shape)
  const values = await Promise.all(names.map(async (name) => [name, (await reference.getOutputDetails(name)).value]))
  const { data, error } = outputs.safeParse(Object.fromEntries(values))
  if (error) throw new pulumi.RunError(`the stack ${base} lacks the outputs ${names.join(' and ')}: update it first, in the folder above (pulumi up --stack ${base}); tenants come after their platform`)
  return data
}
