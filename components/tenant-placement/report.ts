/** What became of each object of a set of rendered manifests, and by what way its placement comes about. */
import { type ChartValues, chartValues, hasKnob } from './chart-values.ts'
import { type Chart, findKnobs, type Knob, knownCharts } from './chart.ts'
import { chartOf, knobOf } from './knob-of.ts'
import type { ObjectName, Result } from './place-object.ts'
import type { Placement } from './place-pod.ts'
import type { PlacedDocument } from './place-yaml.ts'
import { isPlain, type Plain } from './plain.ts'

/** `by values`: the chart has a knob for it, and the values of the report set it. `by patch`: it has none, so the rendered object must be changed. */
export type Way = 'by values' | 'by patch' | 'already placed' | 'not placed'

export interface ReportedObject extends ObjectName {
  file: string
  way: Way
  /** Paths of the values, for `by values`. */
  knob?: Knob
  /** Whether the knob was told from names only, because nobody has read the chart's templates. */
  presumed?: boolean
  /** Why it is not placed. */
  why?: string
  /** Why admission would refuse its pods all the same (`enforcement: deny`). */
  refused?: string
}

export interface Report {
  /** Every object that makes pods, or looks as if it did. */
  objects: ReportedObject[]
  /** Values that place the charts of these objects. */
  charts: ({ chart: string; described: boolean } & ChartValues)[]
}

export interface Manifests { file: string; documents: PlacedDocument[] }

/** @param defaults default values of the chart that rendered the manifests. Default: not known, so only charts that annex knows have knobs. */
export function report(manifests: Manifests[], placement: Placement, defaults?: Plain, known: Chart[] = knownCharts()): Report {
  const entries = manifests.flatMap(({ file, documents }) => documents.flatMap(({ before, results }) => results.map((result, i) => ({ file, result, object: itemOf(before, i, results) }))))
    .filter(({ result }) => result.outcome !== 'no pods')
  const charts = new Map<string, Described>()
  const chart = (object: unknown): Described => {
    const name = chartOf(object) ?? ''
    if (!charts.has(name)) charts.set(name, describe(name, known, defaults))
    return charts.get(name)!
  }
  const objects = entries.map(({ file, result, object }) => ({ file, ...result.object, ...wayOf(result, object, chart(object), placement, defaults), ...(result.refused === undefined ? {} : { refused: result.refused }) }))
  const values = [...charts.values()].filter(({ knobs }) => knobs.length > 0)
  return { objects, charts: unique(values).map(({ chart, described, knobs }) => ({ chart, described, ...chartValues({ knobs }, placement, defaults) })) }
}

interface Described extends Chart { described: boolean }

/** A subchart has its values under its own name; where the chart is not known, its default values are searched. */
function describe(name: string, known: Chart[], defaults: Plain | undefined): Described {
  const found = known.find(({ chart }) => chart === name)
  if (found) return { chart: name, described: true, knobs: found.knobs.filter((knob) => defaults === undefined || hasKnob(defaults, knob)) }
  const knobs = defaults === undefined ? [] : findKnobs(defaults)
  const within = knobs.filter(({ component }) => component === name || component.startsWith(`${name}.`))
  return { chart: name || 'the chart', described: false, knobs: name !== '' && isPlain(defaults?.[name]) ? within : knobs }
}

function wayOf({ outcome, why }: Result, object: unknown, { chart, described, knobs }: Described, placement: Placement, defaults: Plain | undefined): Pick<ReportedObject, 'way' | 'knob' | 'presumed' | 'why'> {
  if (outcome === 'not placed') return { way: 'not placed', why }
  if (outcome === 'already placed') return { way: 'already placed' }
  const local = knobs.map((knob) => ({ knob, within: { ...knob, component: withinChart(knob.component, chart) } }))
  const chosen = knobOf(object, local.map(({ within }) => within))
  const knob = local.find(({ within }) => within === chosen)?.knob
  if (knob === undefined || chartValues({ knobs: [knob] }, placement, defaults).faults.length > 0) return { way: 'by patch' }
  return { way: 'by values', knob, ...(described ? {} : { presumed: true }) }
}

function withinChart(component: string, chart: string): string {
  if (component === chart) return ''
  return component.startsWith(`${chart}.`) ? component.slice(chart.length + 1) : component
}

/** Charts without a label and such as are not known share what was found in the default values. */
function unique(charts: Described[]): Described[] {
  return charts.filter((it, i) => it.described || charts.findIndex((other) => JSON.stringify(other.knobs) === JSON.stringify(it.knobs)) === i)
}

function itemOf(object: unknown, i: number, results: Result[]): unknown {
  const items = isPlain(object) && Array.isArray(object['items']) ? object['items'] : undefined
  return items?.length === results.length ? items[i] : object
}

/** The report for people. */
export function reportText({ objects, charts }: Report, yaml: (values: Plain) => string): string {
  const lines = objects.map(({ file, kind, namespace, name, ...it }) => `${file}: ${kind} ${namespace ? `${namespace}/` : ''}${name}: ${wayText(it)}${it.refused === undefined ? '' : `; admission with enforcement: deny would refuse it: ${it.refused}`}`)
  const count = (way: Way) => objects.filter((it) => it.way === way).length
  const placed = objects.length - count('not placed')
  const sum = `${placed} placed (${count('by values')} by values, ${count('by patch')} by patch, ${count('already placed')} already), ${count('not placed')} not placed`
  const values = charts.flatMap(({ chart, values, faults }) => [
    ...(Object.keys(values).length === 0 ? [] : [`\nValues for ${chart} (helm upgrade --values FILE):\n${yaml(values)}`]),
    ...faults.map(({ knob, error }) => `${chart}: the default values of "${knob.component}" contradict the placement: ${error}`),
  ])
  return `${[...lines, sum, ...values].join('\n').trimEnd()}\n`
}

function wayText({ way, knob, presumed, why }: Pick<ReportedObject, 'way' | 'knob' | 'presumed' | 'why'>): string {
  if (way === 'not placed') return `NOT PLACED: ${why}`
  if (way === 'by patch') return 'placed by patch: no knob of its chart is known'
  if (way === 'already placed') return way
  const paths = [knob!.nodeSelector, knob!.tolerations, knob!.affinity].filter((path) => path !== undefined).join(', ')
  return `placed by values: ${paths}${presumed ? ' (presumed from its name: the templates of this chart are not known to annex; what is printed here is placed in any case)' : ''}`
}
