/** Commands for a stack that is no lab's: here, in the checkout. */
import path from 'node:path'
import { execa } from 'execa'
import type { System } from './checklist/point.ts'

export const checkout = path.resolve(import.meta.dirname, '..')

export const runHere: System['run'] = async (command, args, { input, timeoutSeconds = 60 } = {}) => {
  const { exitCode, stdout, stderr } = await execa(command, args, { cwd: checkout, ...(input === undefined ? { stdin: 'ignore' } : { input }), timeout: timeoutSeconds * 1000, reject: false })
  return { code: exitCode ?? 1, stdout: String(stdout ?? ''), stderr: String(stderr ?? '') }
}
