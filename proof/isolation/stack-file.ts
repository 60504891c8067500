/** The configuration of a stack, as `pulumi up` would read it, for a program that runs without Pulumi. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'
import { check, describe } from '../../config/check.ts'
import type { Config } from '../../config/schema.ts'

/** @throws Error with all faults of the file */
export function readStackFile(folder: string, stack: string): { context: string; config: Config } {
  const name = `Pulumi.${stack}.yaml`
  const { config: keys = {} } = parse(readFileSync(path.join(folder, name), 'utf8')) as { config?: Record<string, unknown> }
  const raw = Object.fromEntries(Object.entries(keys).filter(([key]) => key.startsWith('annex:')).map(([key, value]) => [key.slice('annex:'.length), value]))
  const { config, faults } = check(raw)
  if (config === undefined) throw new Error(describe(faults, name))
  const context = keys['kubernetes:context']
  if (typeof context !== 'string') throw new Error(`${name}: kubernetes:context is needed, the cluster's context in the kubeconfig`)
  return { context, config }
}
