import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { parseAllDocuments } from 'yaml'
import { placeObject } from '../../../components/tenant-placement/place-object.ts'
import { nodePoolLabel } from '../../../components/tenant-placement/node-pools.ts'
import { tenantPlacement } from '../../../components/tenant-placement/place-pod.ts'
import { toolPath } from '../../../tools/tools.ts'

const repository = fileURLToPath(new URL('../../..', import.meta.url))
const fixture = (name: string) => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url))
const apps = ['supabase', 'n8n', 'nocodb', 'cyclops']

const options = { cwd: repository, reject: false, stripFinalNewline: false } as const

/** What `npm run -s place` runs, without npm's own second. */
function place(args: string[], input: string | Uint8Array = '') {
  return execa(process.execPath, ['components/tenant-placement/place.ts', ...args], { ...options, input })
}

/** As kubectl reads it. */
const objects = (text: string): any[] => parseAllDocuments(text, { version: '1.1' }).map((it) => it.toJS()).filter((it) => it !== null)
const pod = (spec: object) => JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containers: [{ name: 'c' }], ...spec } })

describe('npm run place', function () {
  this.timeout(180_000)
  let folder: string
  before(() => { folder = mkdtempSync(join(tmpdir(), 'annex-place-')) })
  after(() => { rmSync(folder, { recursive: true }) })
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }

  it('places real charts, and reports by what way', async () => {
    const { stdout, stderr, exitCode } = await execa('npm', ['run', '-s', 'place', '--', ...apps.map((app) => fixture(`${app}.yaml`))], options)
    assert.equal(exitCode, 0, stderr)
    const results = objects(stdout).flatMap((object) => placeObject(object, tenantPlacement).results)
    assert.equal(results.filter(({ outcome }) => outcome === 'already placed').length, 15)
    assert.equal(results.filter(({ outcome }) => outcome !== 'already placed' && outcome !== 'no pods').length, 0)
    assert.match(stderr, /StatefulSet paas-tenant-1\/supabase-supabase-db: placed by values: deployment\.db\.nodeSelector/)
    assert.match(stderr, /Deployment paas-tenant-1\/cyclops-ui: placed by patch/)
    assert.match(stderr, /^15 placed \(13 by values, 2 by patch, 0 already\), 0 not placed$/m)
  })

  it('reads paths from where npm was called', async () => {
    file('here.yaml', pod({}))
    const from = (script: string) => ({ ...options, env: { INIT_CWD: folder, npm_lifecycle_event: script, npm_package_json: join(repository, 'package.json') } })
    const run = (script: string) => execa(process.execPath, ['components/tenant-placement/place.ts', 'here.yaml'], from(script))
    assert.equal((await run('place')).exitCode, 0)
    assert.match((await run('test')).stderr, /here\.yaml cannot be read/)
  })

  it('ends with 1 and names what cannot be placed, and prints the rest', async () => {
    const widget = '{apiVersion: example.com/v1, kind: Widget, metadata: {name: w}, spec: {containers: [{name: c}]}}'
    const { stdout, stderr, exitCode } = await place(['-'], `${pod({})}\n---\n${widget}\n---\n${pod({ nodeName: 'cloud-1' })}\n`)
    assert.equal(exitCode, 1)
    assert.match(stderr, /-: Widget w: NOT PLACED: spec looks like a pod's settings/)
    assert.match(stderr, /-: Pod p: NOT PLACED: spec: the pod sets nodeName=cloud-1/)
    assert.deepEqual(objects(stdout).map(({ spec }) => spec.nodeSelector), [tenantPlacement.nodeSelector, undefined, undefined])
  })

  it('reports as JSON, with the values for Helm', async () => {
    const { stderr } = await place(['--values', fixture('nocodb.values.yaml'), '--report', 'json', fixture('nocodb.yaml')])
    const { objects: [, worker], charts: [chart] } = JSON.parse(stderr)
    assert.deepEqual([worker.kind, worker.name, worker.way, worker.knob.nodeSelector], ['Deployment', 'nocodb-worker', 'by values', 'worker.nodeSelector'])
    assert.deepEqual(chart.values.worker, { nodeSelector: tenantPlacement.nodeSelector, tolerations: tenantPlacement.tolerations })
  })

  it('takes kinds of its user, and a pool', async () => {
    const table = file('workloads.yaml', '- {group: example.com, kind: Widget, pods: [{at: spec}]}\n')
    const widget = file('widget.yaml', '{apiVersion: example.com/v1, kind: Widget, metadata: {name: w}, spec: {containers: []}}\n')
    const { stdout, exitCode } = await place(['--workloads', table, '--pool', 'paas-tenant-1', widget])
    assert.equal(exitCode, 0)
    assert.equal(objects(stdout)[0].spec.nodeSelector[nodePoolLabel], 'paas-tenant-1')
  })

  it('tells its usage when it is asked for that', async () => {
    const { stdout, stderr, exitCode } = await place(['--help'])
    assert.deepEqual([stderr, exitCode], ['', 0])
    assert.match(stdout, /^npm run -s place -- \[options\] FILE/)
  })

  it('ends quietly where nobody reads on', async () => {
    const { stderr } = await execa('sh', ['-c', `"${process.execPath}" components/tenant-placement/place.ts "${fixture('supabase.yaml')}" | true`], options)
    assert.doesNotMatch(stderr, /EPIPE/)
  })

  const wrong: [string, () => string[], RegExp][] = [
    ['no file', () => [], /no FILE is given[\s\S]*npm run -s place/],
    ['an option that there is not', () => ['--nodes', 'a', fixture('n8n.yaml')], /--nodes/],
    ['another report', () => ['--report', 'xml', fixture('n8n.yaml')], /--report = "xml": text or json is needed/],
    ['a file that is not there', () => ['nowhere.yaml'], /nowhere\.yaml cannot be read/],
    ['a file that is no YAML', () => [file('bad.yaml', 'a: [\n')], /bad\.yaml: line \d+, column \d+/],
    ['a file without an end to its nesting', () => [file('deep.yaml', `a: ${'['.repeat(5000)}${']'.repeat(5000)}\n`)], /deep\.yaml: it is nested too deeply/],
    ['a file without objects', () => [file('empty.yaml', '# nothing\n')], /there is no object in it/],
    ['values that are no mapping', () => ['--values', file('list.yaml', '- a\n'), fixture('n8n.yaml')], /list\.yaml: a mapping is needed/],
    ['a table that is none', () => ['--workloads', file('table.yaml', 'a: b\n'), fixture('n8n.yaml')], /table\.yaml: a list is needed like/],
    ['a table with faults, all at once', () => ['--workloads', file('table.yaml', `- {group: e.com, kind: W, pods: [{at: spec, fields: [foo]}, {at: 'spec.a[0].b'}, {at: ''}, {at: spec, fields: tolerations}]}
- {group: e.com, kind: V, pods: []}
- {group: e.com, kinds: U, pods: [{at: spec, feilds: []}]}
`), fixture('n8n.yaml')], new RegExp(['\\[0\\].pods\\[0\\].fields\\[0\\] = "foo": one of', '\\[0\\].pods\\[1\\].at = "spec.a\\[0\\].b": a path', '\\[0\\].pods\\[2\\].at = "": a path', '\\[0\\].pods\\[3\\].fields = "tolerations": a list', '\\[1\\].pods = \\[\\]: at least one path', '\\[2\\].kind = \\(not set\\): a kind', '\\[2\\].pods\\[0\\].feilds = \\[\\]: there is no such field', '\\[2\\].kinds = "U": there is no such field'].join('[^]*'))],
    ['an overlay of standard input', () => ['--output', 'kustomize', '-'], /an overlay names its resources: give the FILE/],
    ['a pool that no node can be of', () => ['--pool', 'Bad Pool!', fixture('n8n.yaml')], /--pool = "Bad Pool!": the name of a tenant is needed/],
  ]
  for (const [what, args, message] of wrong) {
    it(`ends with 2, says what is wrong and prints nothing for ${what}`, async () => {
      const { stdout, stderr, exitCode } = await place(args())
      assert.equal(exitCode, 2)
      assert.match(stderr, message)
      assert.doesNotMatch(stderr, /\n {4}at /)
      assert.equal(stdout, '')
    })
  }

  it('prints an overlay from which Kustomize makes the same objects', async () => {
    const own = { nodeSelector: { zone: 'a' }, tolerations: [{ key: 'gpu', operator: 'Exists' }], affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'x', operator: 'Exists' }] }, { matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n'] }] }] } } } }
    const cluster = '{apiVersion: postgresql.cnpg.io/v1, kind: Cluster, metadata: {name: db}, spec: {instances: 1}}'
    const manifests = file('manifests.yaml', `${pod(own)}\n---\n${cluster}\n`)
    for (const source of [manifests, ...apps.map((app) => fixture(`${app}.yaml`))]) {
      const copy = file('base.yaml', (await execa('cat', [source])).stdout)
      const overlay = await place(['--output', 'kustomize', copy])
      assert.equal(overlay.exitCode, 0, overlay.stderr)
      file('kustomization.yaml', overlay.stdout.replace(copy, 'base.yaml'))
      const made = objects((await execa(toolPath('kubectl'), ['kustomize', folder])).stdout)
      const placed = objects((await place([copy])).stdout)
      const byName = (list: any[]) => list.map((it) => JSON.stringify(it, (_, value) => (value && typeof value === 'object' && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value))).sort()
      assert.deepEqual(byName(made), byName(placed), source)
    }
  })

  it('makes an overlay of the items of a list, which Kustomize takes apart', async () => {
    const { stdout, exitCode } = await place(['--output', 'kustomize', file('list.yaml', `{apiVersion: v1, kind: List, items: [${pod({})}]}\n`)])
    assert.deepEqual([exitCode, [...stdout.matchAll(/kind: (Pod|List)\n\s+name: (\S+)/g)].map(([, ...target]) => target)], [0, [['Pod', 'p']]])
  })

  it('refuses an overlay for an object without a fixed name', async () => {
    const { exitCode, stderr } = await place(['--output', 'kustomize', file('job.yaml', '{apiVersion: batch/v1, kind: Job, metadata: {generateName: j-}, spec: {template: {spec: {containers: []}}}}')])
    assert.equal(exitCode, 1)
    assert.match(stderr, /Job j-: NOT PLACED: it has no fixed name/)
  })

  it('makes an overlay that meets its own objects and no others', async () => {
    const object = (name: string, more = '') => `{apiVersion: v1, kind: Pod, metadata: {name: ${name}${more}}, spec: {containers: []}}\n`
    const alike = await place(['--output', 'kustomize', file('alike.yaml', [object('web', ', namespace: b'), object('web')].join('---\n'))])
    assert.equal(alike.exitCode, 1)
    assert.match(alike.stderr, /Pod web: NOT PLACED: one of the same name is in a namespace, and it is in none/)
    const dotted = await place(['--output', 'kustomize', file('base.yaml', [object('a.b'), object('axb')].join('---\n'))])
    assert.deepEqual([...dotted.stdout.matchAll(/name: (\S+)/g)].map(([, name]) => name), ['a\\.b', 'axb'])
    file('kustomization.yaml', dotted.stdout.replace(/\S*base.yaml/, 'base.yaml'))
    assert.equal(objects((await execa(toolPath('kubectl'), ['kustomize', folder])).stdout).length, 2)
  })

  it('reads what Windows writes, and says of what admission would refuse all the same', async () => {
    const manifest = '{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [], tolerations: [{operator: Exists}]}}\n'
    const { exitCode, stderr } = await place(['-'], Buffer.from(`\ufeff${manifest}`, 'utf16le'))
    assert.equal(exitCode, 0)
    assert.match(stderr, /Pod p: placed by patch: .*; admission with enforcement: deny would refuse it: the pod tolerates every taint/)
    assert.deepEqual((await place(['-'], Buffer.from('caf\xe9', 'latin1'))).stderr.split('\n')[0], '- cannot be read: it is no text in UTF-8')
  })
})
