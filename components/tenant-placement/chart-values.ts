/** A placement as Helm values. */
import type { Chart, Knob } from './chart.ts'
import { valueAt } from './chart.ts'
import { type Placement, placePod, type PodSpec } from './place-pod.ts'
import { isPlain, type Plain } from './plain.ts'

export interface ChartValues {
  /** Values to give to Helm beside the chart's own (`helm upgrade -f`); Helm merges mappings and replaces lists, so lists are whole. */
  values: Plain
  /** Knobs whose default values contradict the placement: not in the values. */
  faults: { knob: Knob; error: string }[]
}

/**
 * Values that place the pods of a chart.
 * @param defaults the chart's default values, which are merged with the placement. Default: every knob is empty.
 */
export function chartValues({ knobs }: Pick<Chart, 'knobs'>, placement: Placement, defaults: Plain = {}): ChartValues {
  return knobs.reduce<ChartValues>(({ values, faults }, knob) => {
    const paths = settingPaths(knob)
    const own = Object.fromEntries(paths.map(([field, path]) => [field, valueAt(values, path) ?? valueAt(defaults, path)]).filter(([, value]) => value !== undefined))
    const { spec, error } = placePod(own as PodSpec, placement)
    if (error !== undefined) return { values, faults: [...faults, { knob, error }] }
    return { values: paths.reduce((all, [field, path]) => (spec[field] === undefined ? all : withValue(all, path.split('.'), spec[field])), values), faults }
  }, { values: {}, faults: [] })
}

/** Whether the chart's default values have what a description says; another version of the chart may not. */
export function hasKnob(defaults: Plain, knob: Knob): boolean {
  return settingPaths(knob).every(([, path]) => valueAt(defaults, path) !== undefined)
}

function settingPaths(knob: Knob): [field: 'nodeSelector' | 'tolerations' | 'affinity', path: string][] {
  return (['nodeSelector', 'tolerations', 'affinity'] as const).flatMap((field) => (knob[field] === undefined ? [] : [[field, knob[field]]]))
}

/** Sets a value at a path of keys. */
export function withValue(values: Plain, [key, ...rest]: string[], value: unknown): Plain {
  const inner = values[key!]
  return { ...values, [key!]: rest.length === 0 ? value : withValue(isPlain(inner) ? inner : {}, rest, value) }
}
