/** `npm test` and `npm run test:all`: mocha over the tree, what was left out, and one closing line for all. */
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { constants, setPriority, tmpdir } from 'node:os'
import path from 'node:path'
import { execa } from 'execa'
import { ensureTools } from '../tools/tools.ts'
import { type Counts, closingLine } from './counts.ts'
import { checkout, operatorEnvironment } from './environment.ts'
import { down } from './lab.ts'
import { refuseMachine } from './machine.ts'
import { refuseForeignNetwork } from './network.ts'

/** Tests that take long: every interruption point, scale, soak. */
const slow = 'test/**/*.slow.test.ts'
/** Takes the lab away, brings it up and measures that: first of those on the lab, because the others stand on it. */
const lab = 'test/lab/lab.lab.test.ts'
/** Waits for its cluster more than it works. */
const stack = 'test/e2e/stack.lab.test.ts'
/** On a host that is in no stack, and with nothing that others use: these run beside the stack's. */
const besideStack = ['test/host/look.lab.test.ts', 'test/host/host.lab.test.ts']

/** Takes the lab away at its end, also when it was up before: another checkout may be next on this machine. @param all slow tests too @returns whether all passed */
export async function test(all: boolean): Promise<boolean> {
  // Before the tools are built, and all that needs no lab has run for nothing.
  refuseMachine()
  refuseForeignNetwork()
  await ensureTools()
  const slowFiles = globSync(slow, { cwd: checkout }).sort()
  if (!all && slowFiles.length > 0) console.log(`Left out, npm run test:all has them:\n${slowFiles.map((file) => `  ${file}`).join('\n')}\n`)
  const files = globSync('test/**/*.test.ts', { cwd: checkout }).sort().filter((file) => !slowFiles.includes(file))
  // The lab's take longest, so that the others give way to them, and go on while these wait.
  console.log('Beside the next tests run those on the lab; what they say comes at their end.')
  const counts = (await Promise.all([
    mocha(files.filter((file) => !onLab(file)), 'inherit', constants.priority.PRIORITY_BELOW_NORMAL),
    testOnLab(files.filter(onLab)),
  ])).flat()
  if (all) counts.push(await mocha(slowFiles, 'inherit'))
  await down().catch((error: Error) => counts.push({ passed: 0, failed: 1, skipped: 0, failures: [`the lab could not be taken away: ${error.message}`] }))
  const sum = (of: 'passed' | 'failed' | 'skipped') => counts.reduce((total, one) => total + one[of], 0)
  // Once more at the end: the logs of a CI are long, and shortened.
  const failures = counts.flatMap((one) => one.failures ?? [])
  if (failures.length > 0) console.log(`Failed:\n${failures.map((failure) => `  ${failure}`).join('\n')}\n`)
  console.log(closingLine({ passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') }))
  return sum('failed') === 0
}

const onLab = (file: string) => file.endsWith('.lab.test.ts')

async function testOnLab(files: string[]): Promise<Counts[]> {
  const others = files.filter((file) => ![lab, stack, ...besideStack].includes(file))
  return [await mocha([lab], 'pipe'), ...await Promise.all([mocha([stack], 'pipe'), mocha(besideStack, 'pipe')]), await mocha(others, 'pipe')]
}

/** Runs mocha over the files. What it says is shown as it comes, or whole at its end. @param priority of it and all that it starts @returns its counts; a run that crashed has failed */
async function mocha(files: string[], output: 'inherit' | 'pipe', priority = 0): Promise<Counts> {
  const folder = mkdtempSync(path.join(tmpdir(), 'annex-test-'))
  const counts = path.join(folder, 'counts.json')
  try {
    const { PATH, NODE_COMPILE_CACHE } = operatorEnvironment()
    const running = execa(process.execPath, [path.join(checkout, 'node_modules/mocha/bin/mocha.js'), ...files], {
      cwd: checkout, stdin: 'inherit', stdout: output, stderr: output, all: true, reject: false, env: { PATH, NODE_COMPILE_CACHE, ANNEX_TEST_COUNTS: counts },
    })
    setPriority(running.pid!, priority)
    const { exitCode, all } = await running
    if (output === 'pipe') console.log(all)
    const found = JSON.parse(readFileSync(counts, 'utf8')) as Counts
    return exitCode !== 0 && found.failed === 0 ? { ...found, failed: 1 } : found
  } catch {
    console.error(`mocha ended before it could count its tests: ${files.join(' ')}`)
    return { passed: 0, failed: 1, skipped: 0 }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
