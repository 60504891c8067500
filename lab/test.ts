/** `npm test` and `npm run test:all`: mocha over the tree, and what was left out. */
import { globSync } from 'node:fs'
import path from 'node:path'
import { execa } from 'execa'
import { checkout, operatorEnvironment } from './environment.ts'
import { ensureTools } from '../tools/tools.ts'

/** Tests that take long: every interruption point, scale, soak. */
const slow = 'test/**/*.slow.test.ts'

/** @param all slow tests too @returns whether all passed */
export async function test(all: boolean): Promise<boolean> {
  await ensureTools()
  const slowFiles = globSync(slow, { cwd: checkout })
  const files = globSync('test/**/*.test.ts', { cwd: checkout }).filter((file) => all || !slowFiles.includes(file)).sort(byCost)
  if (!all && slowFiles.length > 0) console.log(`Left out, npm run test:all has them:\n${slowFiles.map((file) => `  ${file}`).join('\n')}\n`)
  const mocha = path.join(checkout, 'node_modules', 'mocha', 'bin', 'mocha.js')
  const { exitCode } = await execa(process.execPath, [mocha, ...files], { cwd: checkout, stdio: 'inherit', reject: false, env: { PATH: operatorEnvironment()['PATH'] } })
  return exitCode === 0
}

/** What needs no lab first: a mistake shows in seconds. */
function byCost(a: string, b: string): number {
  return cost(a) - cost(b) || a.localeCompare(b)
}

function cost(file: string): number {
  return /\.slow\.test/.test(file) ? 3 : /^test\/e2e/.test(file) ? 2 : /\.lab\.test/.test(file) ? 1 : 0
}
