/** The storage class as Helm values, for charts that take it from there. `node components/local-storage/chart-values.ts DEFAULTS.yaml` prints them. */
import { readFileSync } from 'node:fs'
import { parse, stringify } from 'yaml'
import { isPlain, type Plain } from '../tenant-placement/plain.ts'
import { withValue } from '../tenant-placement/chart-values.ts'
import { storageClassName } from './render.ts'

/** Values that set the class at dotted paths, like `pgIam.persistent.storageClassName`; to be given to Helm beside the chart's own. */
export function storageClassValues(paths: string[]): Plain {
  return paths.reduce<Plain>((values, path) => withValue(values, path.split('.'), storageClassName), {})
}

/** Paths at which a chart's default values take a class: every `storageClassName` or `storageClass` that is a text or null, and `storageClass.default`. Lists are left out: Helm replaces them whole. */
export function findClasses(defaults: Plain): string[] {
  const walk = (value: Plain, path: string[]): string[] => Object.entries(value).filter(([key]) => !key.includes('.')).flatMap(([key, inner]) => {
    const at = [...path, key]
    const named = ['storageClassName', 'storageClass'].includes(key)
    if (named && (inner === null || typeof inner === 'string')) return [at.join('.')]
    if (!isPlain(inner)) return []
    return named && typeof inner['default'] === 'string' ? [[...at, 'default'].join('.')] : walk(inner, at)
  })
  return walk(defaults, [])
}

if (import.meta.main) {
  const file = process.argv[2]
  const defaults: unknown = file === undefined ? undefined : parse(readFileSync(file === '-' ? 0 : file, 'utf8'), { logLevel: 'error' })
  if (isPlain(defaults)) process.stdout.write(stringify(storageClassValues(findClasses(defaults))))
  else {
    console.error('The default values of a chart are needed: helm show values CHART | node components/local-storage/chart-values.ts -')
    process.exitCode = 2
  }
}
