/** The guide's checklist for any stack: `./tools/node.sh proof/checklist/cli.ts STACK [--disturb]`. Needs kubectl, ssh, and the kubeconfig and agent that the stack is updated with. */
import { parseArgs } from 'node:util'
import { readStackFile } from '../isolation/stack-file.ts'
import { checkAll, describeChecklist, holds } from './checklist.ts'
import { checkout, runHere } from '../run-here.ts'
import { systemOf } from './system.ts'

const usage = `./tools/node.sh proof/checklist/cli.ts STACK [--disturb]
  --disturb  also the points that delete a pod of the test application`

try {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { disturb: { type: 'boolean', default: false } } })
  if (positionals.length !== 1) throw new Error(usage)
  const checked = await checkAll(systemOf(readStackFile(checkout, positionals[0]!), runHere), values)
  console.log(describeChecklist(checked))
  process.exitCode = holds(checked) ? 0 : 1
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 2
}
