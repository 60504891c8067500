import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { chartValues, hasKnob } from '../../../components/tenant-placement/chart-values.ts'
import { findKnobs, knownCharts, valueAt } from '../../../components/tenant-placement/chart.ts'
import { chartOf, knobOf } from '../../../components/tenant-placement/knob-of.ts'
import { placePod, tenantPlacement } from '../../../components/tenant-placement/place-pod.ts'
import { placeYaml } from '../../../components/tenant-placement/place-yaml.ts'
import { report } from '../../../components/tenant-placement/report.ts'
import type { Plain } from '../../../components/tenant-placement/plain.ts'

const fixture = (name: string) => readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8')
const placed = placePod({}, tenantPlacement).spec!
const workload = (name: string, labels: object = {}) => ({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, labels }, spec: { template: { spec: { containers: [] } } } })

function ways(app: string, withValues = true): Record<string, string> {
  const { documents } = placeYaml(fixture(`${app}.yaml`), tenantPlacement)
  const { objects } = report([{ file: app, documents }], tenantPlacement, withValues ? (parse(fixture(`${app}.values.yaml`)) as Plain) : undefined)
  return Object.fromEntries(objects.map(({ name, way, knob }) => [name, knob ? `${way}: ${knob.tolerations}` : way]))
}

describe('the charts', () => {
  it('are placed by values where they have a knob and by patch where they have none', () => {
    assert.deepEqual(ways('n8n'), { n8n: 'by values: tolerations' })
    assert.deepEqual(ways('nocodb'), { nocodb: 'by values: tolerations', 'nocodb-worker': 'by values: worker.tolerations' })
    assert.deepEqual(ways('cyclops'), { 'cyclops-ctrl': 'by patch', 'cyclops-ui': 'by patch' })
    const supabase = ways('supabase')
    assert.equal(Object.keys(supabase).length, 10)
    for (const [name, way] of Object.entries(supabase)) assert.equal(way, `by values: deployment.${name.replace('supabase-supabase-', '')}.tolerations`)
  })

  it('that are described need no default values to be reported', () => {
    assert.deepEqual(ways('nocodb', false), ways('nocodb'))
  })

  it('have every value that their description names', () => {
    for (const { chart, knobs } of knownCharts()) {
      const defaults = parse(fixture(`${chart}.values.yaml`)) as Plain
      for (const knob of knobs) assert.ok(hasKnob(defaults, knob), `${chart}: ${JSON.stringify(knob)}`)
    }
  })

  it('get values that demand and tolerate what a placed pod does', () => {
    for (const { chart, knobs } of knownCharts()) {
      const defaults = parse(fixture(`${chart}.values.yaml`)) as Plain
      const { values, faults } = chartValues({ knobs }, tenantPlacement, defaults)
      assert.deepEqual(faults, [])
      for (const { nodeSelector, tolerations, affinity } of knobs) {
        assert.deepEqual(valueAt(values, nodeSelector!), placed.nodeSelector)
        assert.deepEqual(valueAt(values, tolerations), placed.tolerations)
        if (affinity) assert.deepEqual(valueAt(values, affinity), placed.affinity)
      }
    }
  })

  it("keep their own anti-affinity: nocodb's is turned off by a given affinity", () => {
    assert.doesNotMatch(JSON.stringify(chartValues(knownCharts().find(({ chart }) => chart === 'nocodb')!, tenantPlacement)), /affinity/i)
  })
})

describe('values of a chart that nobody described', () => {
  const defaults = {
    nodeSelector: {}, tolerations: [], affinity: {},
    worker: { nodeSelector: { disk: 'ssd' }, tolerations: [{ key: 'gpu', operator: 'Exists' }], affinity: {} },
    queryFrontend: { affinity: {}, tolerations: [] },
    server: { pod: { nodeSelector: null, tolerations: null } },
    prometheus: { prometheusSpec: { nodeSelector: {}, tolerations: [] } },
    half: { affinity: {} },
    templated: { nodeSelector: '', tolerations: '' },
    redis: { nodeSelector: {}, tolerations: [], master: { nodeSelector: {}, tolerations: [] } },
  }
  const knobs = findKnobs(defaults)

  it('are searched for knobs at any depth', () => {
    assert.deepEqual(knobs.map(({ component }) => component), ['', 'worker', 'queryFrontend', 'server.pod', 'prometheus.prometheusSpec', 'redis', 'redis.master'])
  })

  it('are merged with the placement', () => {
    const { values } = chartValues({ knobs }, tenantPlacement, defaults)
    assert.deepEqual(values['worker'], { nodeSelector: { disk: 'ssd', 'paas-tier': 'tenant' }, tolerations: [{ key: 'gpu', operator: 'Exists' }, ...placed.tolerations!] })
    assert.deepEqual(values['queryFrontend'], { tolerations: placed.tolerations, affinity: placed.affinity })
    assert.deepEqual(values['server'], { pod: { nodeSelector: placed.nodeSelector, tolerations: placed.tolerations } })
    assert.equal(values['half'], undefined)
  })

  const objects: [string, object, string | undefined][] = [
    ['app-worker', {}, 'worker'],
    ['app', { 'app.kubernetes.io/component': 'worker' }, 'worker'],
    ['loki-query-frontend', {}, 'queryFrontend'],
    ['app-server', {}, 'server.pod'],
    ['kps-prometheus', {}, 'prometheus.prometheusSpec'],
    ['app-server', { 'app.kubernetes.io/component': 'worker' }, 'worker'],
    ['app', { component: 'Worker' }, 'worker'],
    ['app', { app: 'worker' }, 'worker'],
    ['app-worker-metrics', {}, 'worker'],
    ['worker-metrics', {}, 'worker'],
    ['app-coworker', {}, ''],
    ['app', {}, ''],
    ['app-migrate', {}, ''],
  ]
  for (const [name, labels, component] of objects) {
    it(`are for ${name}${Object.keys(labels).length > 0 ? ` with ${JSON.stringify(labels)}` : ''} those of "${component}"`, () => {
      assert.equal(knobOf(workload(name, labels), knobs)?.component, component)
    })
  }

  it('are a component’s where the last word of their path says only how it is run', () => {
    const [internal] = findKnobs({ database: { type: 'internal', internal: { nodeSelector: {}, tolerations: [] } } })
    assert.equal(knobOf(workload('harbor-database'), [internal!])?.component, 'database.internal')
  })

  it('are those of the longest name that fits', () => {
    const own = { nodeSelector: {}, tolerations: [] }
    const two = findKnobs({ frontend: own, query_frontend: own })
    for (const name of ['app-query-frontend', 'app-query-frontend-0']) assert.equal(knobOf(workload(name), two)?.component, 'query_frontend', name)
  })

  it('are told from the labels of the pods where the object has none, and from its own where both have them', () => {
    const labelled = (own: object) => ({ ...workload('app', own), spec: { template: { metadata: { labels: { component: 'worker' } }, spec: { containers: [] } } } })
    assert.equal(knobOf(labelled({}), knobs)?.component, 'worker')
    assert.equal(knobOf(labelled({ component: 'server' }), knobs)?.component, 'server.pod')
  })

  it('are for nobody whom they do not name, where there is no knob for all', () => {
    assert.equal(knobOf(workload('app'), knobs.filter(({ component }) => component !== '')), undefined)
  })

  it('that contradict the placement are told, and the object is placed by patch', () => {
    const bad = { nodeSelector: { 'paas-tier': 'platform' }, tolerations: [] }
    const { documents } = placeYaml(JSON.stringify(workload('app')), tenantPlacement)
    const { objects: [object], charts: [chart] } = report([{ file: 'f', documents }], tenantPlacement, bad, [])
    assert.equal(object!.way, 'by patch')
    assert.match(chart!.faults[0]!.error, /paas-tier=platform/)
  })

  it('that contradict the placement in several places are told all at once', () => {
    const bad = { a: { nodeSelector: { 'paas-tier': 'x' }, tolerations: [] }, b: { nodeSelector: { 'paas-tier': 'y' }, tolerations: [] } }
    assert.deepEqual(chartValues({ knobs: findKnobs(bad) }, tenantPlacement, bad).faults.map(({ knob }) => knob.component), ['a', 'b'])
  })

  it('are no knob below a key with a dot, which no path can name', () => {
    assert.deepEqual(findKnobs({ 'a.b': { nodeSelector: {}, tolerations: [] } }), [])
  })

  it('lack a knob of which one value is not there', () => {
    const [knob] = findKnobs({ nodeSelector: {}, tolerations: [] })
    assert.equal(hasKnob({ nodeSelector: {}, tolerations: [] }, knob!), true)
    assert.equal(hasKnob({ tolerations: [] }, knob!), false)
  })

  it('are presumed, and the report says so', () => {
    const { documents } = placeYaml(JSON.stringify(workload('app-worker')), tenantPlacement)
    const { objects: [object], charts } = report([{ file: 'f', documents }], tenantPlacement, defaults, [])
    assert.deepEqual([object!.way, object!.presumed, object!.knob!.component], ['by values', true, 'worker'])
    assert.deepEqual(charts.map(({ described }) => described), [false])
  })

  it('of a subchart are under its name', () => {
    const { documents } = placeYaml(JSON.stringify(workload('app-redis-master', { 'helm.sh/chart': 'redis-18.1.0' })), tenantPlacement)
    const { objects: [object] } = report([{ file: 'f', documents }], tenantPlacement, defaults, [])
    assert.equal(object!.knob!.component, 'redis.master')
  })

  for (const [label, chart] of [['n8n-1.24.32', 'n8n'], ['kube-prometheus-stack-58.1.3', 'kube-prometheus-stack'], ['app-v1.2.3-rc.1', 'app'], ['app-0.1.0_build', 'app']]) {
    it(`are those of ${chart} for the label ${label}`, () => { assert.equal(chartOf(workload('a', { 'helm.sh/chart': label })), chart) })
  }
})
