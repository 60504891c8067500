/** The checklist on the lab: the same points as anywhere, asked from the operator's place. */
import { checkAll, type Checked } from '../proof/checklist/checklist.ts'
import type { Ran, System } from '../proof/checklist/point.ts'
import { checkout, operatorEnvironment, runAsOperator } from './environment.ts'
import { toolPath } from '../tools/tools.ts'
import path from 'node:path'
import { proveStack } from '../proof/isolation/cli.ts'
import { readStackFile } from '../proof/isolation/stack-file.ts'
import type { Subject } from '../proof/isolation/subject.ts'
import { systemOf } from '../proof/checklist/system.ts'
import { stackName } from './stack.ts'

export function checkLab(options: { disturb: boolean }): Promise<Checked[]> {
  return checkAll(labSystem(), options)
}

/** Attacks a tenant of the dev stack from inside. @param args of proof/isolation/cli.ts, but for the stack @returns the exit code */
export function attackLab(args: string[]): Promise<number> {
  return proveStack([stackName, ...args], run)
}

/** A tenant of the dev stack as the attacks see it. */
export function labSubject(): Subject {
  const { context, config } = readStackFile(checkout, stackName)
  return { context, config, tenant: config.testApplication!.tenant, run }
}

/** The dev stack as the points see it. */
export function labSystem(): System {
  return systemOf(readStackFile(checkout, stackName), run)
}

async function run(command: string, args: string[], { input, timeoutSeconds = 60 }: { input?: string; timeoutSeconds?: number } = {}): Promise<Ran> {
  const env = { PATH: `${path.dirname(toolPath('kubectl'))}:${operatorEnvironment()['PATH']}` }
  const { exitCode, stdout, stderr } = await runAsOperator(command, args, { input, timeout: timeoutSeconds * 1000, reject: false, env })
  return { code: exitCode ?? 1, stdout: String(stdout ?? ''), stderr: String(stderr ?? '') }
}
