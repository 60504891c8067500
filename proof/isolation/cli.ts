/** Attacks a tenant of any stack: `./tools/node.sh proof/isolation/cli.ts STACK [--tenant NAME] [--quick] [--report FOLDER]`. Needs kubectl, and the kubeconfig that the stack is updated with. */
import path from 'node:path'
import { parseArgs } from 'node:util'
import type { Subject } from './subject.ts'
import { prove } from './prove.ts'
import { readStackFile } from './stack-file.ts'
import { checkout, runHere } from '../run-here.ts'

const usage = 'proof/isolation/cli.ts STACK [--tenant NAME] [--quick] [--report FOLDER]'

/** @param run how kubectl is run; @returns the exit code */
export async function proveStack(args: string[], run: Subject['run']): Promise<number> {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { tenant: { type: 'string' }, quick: { type: 'boolean', default: false }, report: { type: 'string', default: 'report' } } })
  if (positionals.length !== 1) throw new Error(usage)
  const { context, config } = readStackFile(checkout, positionals[0]!)
  const tenant = values.tenant ?? config.testApplication?.tenant ?? config.tenants[0]?.name
  if (tenant === undefined) throw new Error('the stack has no tenant')
  return Number(!(await prove({ context, config, tenant, run }, { folder: path.resolve(checkout, values.report), quick: values.quick })))
}

if (import.meta.main) {
  try {
    process.exitCode = await proveStack(process.argv.slice(2), runHere)
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error))
    process.exitCode = 1
  }
}
