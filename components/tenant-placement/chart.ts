/** Where a Helm chart takes pod settings from its values: descriptions of charts in `charts/`, and a search where there is none. */
import { readdirSync, readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { isPlain, type Plain } from './plain.ts'

export interface Chart {
  /** Name of the chart, as in its label `helm.sh/chart`. */
  chart: string
  knobs: Knob[]
}

/** Values that one component's pods take their settings from. */
export interface Knob {
  /** Component whose pods they are, like `worker`; empty for every pod that no other knob is for. */
  component: string
  /** Dotted paths in the values. `affinity` is left out where setting it would replace rules that the chart has of its own. */
  nodeSelector?: string
  tolerations: string
  affinity?: string
}

/** The charts whose templates were read, one file each. */
export function knownCharts(): Chart[] {
  const folder = new URL('charts/', import.meta.url)
  return readdirSync(folder).sort().map((file) => parse(readFileSync(new URL(file, folder), 'utf8')) as Chart)
}

/**
 * Knobs in a chart's default values: each mapping, at any depth, that has `tolerations` and a way to choose nodes. An affinity is used only
 * where there is no nodeSelector beside it: charts often have rules of their own that a given affinity replaces.
 */
export function findKnobs(defaults: Plain): Knob[] {
  const walk = (value: Plain, path: string[]): Knob[] => {
    const at = (key: string) => [...path, key].join('.')
    const has = (key: string, usable: (value: unknown) => boolean) => Object.hasOwn(value, key) && (value[key] === null || usable(value[key]))
    const way = has('nodeSelector', isPlain) ? { nodeSelector: at('nodeSelector') } : has('affinity', isPlain) ? { affinity: at('affinity') } : undefined
    const own = way && has('tolerations', Array.isArray) ? [{ component: path.join('.'), ...way, tolerations: at('tolerations') }] : []
    const inner = Object.entries(value).filter(([key]) => !key.includes('.') && !['nodeSelector', 'tolerations', 'affinity'].includes(key))
    return [...own, ...inner.flatMap(([key, it]) => (isPlain(it) ? walk(it, [...path, key]) : []))]
  }
  return walk(defaults, [])
}

export function valueAt(values: Plain, path: string): unknown {
  return path.split('.').reduce<unknown>((inner, key) => (isPlain(inner) && Object.hasOwn(inner, key) ? inner[key] : undefined), values)
}
