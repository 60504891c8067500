/** Which knob of a chart an object's pods take their settings from, told from the object's name and labels. */
import type { Knob } from './chart.ts'
import { isPlain, type Plain } from './plain.ts'

/** @returns undefined where no knob is for the object. */
export function knobOf(object: unknown, knobs: Knob[]): Knob | undefined {
  const { component, names } = wordsOf(object)
  const score = (knob: Knob): number => {
    const word = componentWord(knob.component)
    if (word === '') return 1
    if (word === component) return 1000
    if (names.some((name) => name === word || name.endsWith(`-${word}`))) return 100 + word.length
    return names.some((name) => name.startsWith(`${word}-`) || name.includes(`-${word}-`)) ? 10 + word.length / 100 : 0
  }
  const scored = knobs.map((knob) => ({ knob, score: score(knob) })).filter((it) => it.score > 0)
  return scored.sort((a, b) => b.score - a.score)[0]?.knob
}

/** Name of the chart that rendered the object, from its label, without the version. */
export function chartOf(object: unknown): string | undefined {
  const label = labelsOf(object)['helm.sh/chart']
  return typeof label === 'string' ? label.replace(/-v?\d+(\.\d+)*([-+_.].*)?$/, '') : undefined
}

/** Names in a path of values that say how pods are made, not which. */
const general = new Set(['deployment', 'deployments', 'statefulset', 'daemonset', 'job', 'cronjob', 'pod', 'pods', 'spec', 'podspec', 'template', 'podtemplate', 'scheduling', 'placement', 'config', 'global', 'common', 'defaults', 'internal'])

/** `deployment.auth` is auth, `prometheus.prometheusSpec` is prometheus, `queryFrontend` is query-frontend. */
function componentWord(path: string): string {
  const words = path.split('.').map((word) => kebab(word).replace(/-(pod-)?spec$/, '')).filter((word) => !general.has(word.replaceAll('-', '')))
  return words.at(-1) ?? ''
}

function kebab(word: string): string {
  return word.replace(/([a-z0-9])([A-Z])/g, '$1-$2').replaceAll('_', '-').toLowerCase()
}

function wordsOf(object: unknown): { component: string | undefined; names: string[] } {
  const labels = labelsOf(object)
  const name = isPlain(object) && isPlain(object['metadata']) ? object['metadata']['name'] : undefined
  const text = (value: unknown) => (typeof value === 'string' ? [value.toLowerCase()] : [])
  return {
    component: [...text(labels['app.kubernetes.io/component']), ...text(labels['component'])][0],
    names: [...text(name), ...text(labels['app.kubernetes.io/name']), ...text(labels['app'])],
  }
}

/** Of the object, and where it has none of its pods. */
function labelsOf(object: unknown): Plain {
  const own = (value: unknown): Plain => (isPlain(value) && isPlain(value['metadata']) && isPlain(value['metadata']['labels']) ? value['metadata']['labels'] : {})
  const spec = isPlain(object) && isPlain(object['spec']) ? object['spec'] : {}
  return { ...own(spec['template']), ...own(object) }
}
