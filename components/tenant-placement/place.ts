/** The command `npm run -s place`: rendered manifests in, placed ones out. */
import { readFileSync, writeSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { parse, stringify } from 'yaml'
import { asKubernetes } from '../../policies/inputs/kubernetes-yaml.ts'
import { decoded } from '../../policies/inputs/text.ts'
import { kustomization } from './kustomize.ts'
import { nodePoolPlacement } from './node-pools.ts'
import { tenantPlacement } from './place-pod.ts'
import { placeYaml, YamlFault } from './place-yaml.ts'
import { report, reportText } from './report.ts'
import { isPlain, type Plain } from './plain.ts'
import { readTable } from './workload-table.ts'
import { type Workload, workloads } from './workloads.ts'

const usage = `npm run -s place -- [options] FILE...   places the pods of rendered manifests onto tenant nodes
  FILE                 YAML, any number of documents; - is standard input
  --values FILE        default values of the chart that rendered them, to see which settings it takes from values
  --pool NAME          nodes of this pool only: shared, or the tenant to which they are dedicated
  --workloads FILE     YAML list of more kinds with pods: {group, kind, pods: [{at: spec.template.spec}]}
  --output FORMAT      manifests (the default), or kustomize: an overlay with a patch for each object
  --report FORMAT      text (the default) or json, on standard error
Exit code: 0 everything is placed, 1 something cannot be placed (it is printed as it was), 2 wrong usage or unreadable input.
`

const plain = { lineWidth: 0, aliasDuplicateObjects: false }

class UsageFault extends Error {}

process.exitCode = run(process.argv.slice(2))

function run(argv: string[]): number {
  try {
    return place(argv)
  } catch (fault) {
    if (!(fault instanceof UsageFault || fault instanceof YamlFault)) throw fault
    print(2, `${fault.message}\n${fault instanceof UsageFault ? `\n${usage}` : ''}`)
    return 2
  }
}

function place(argv: string[]): number {
  const { options, files } = readArguments(argv)
  if (options.help) {
    print(1, usage)
    return 0
  }
  if (options.output === 'kustomize' && files.includes('-')) throw new UsageFault('an overlay names its resources: give the FILE, not standard input')
  const placement = options.pool === undefined ? tenantPlacement : nodePoolPlacement(options.pool)
  const table = [...(options.workloads === undefined ? [] : readWorkloads(options.workloads)), ...workloads]
  const streams = files.map((file) => ({ file, ...named(file, () => placeYaml(readText(file), placement, table)) }))
  const documents = streams.flatMap((it) => it.documents)
  if (documents.length === 0) throw new UsageFault(`${files.join(', ')}: there is no object in it: give the output of helm template or kubectl kustomize`)

  const found = report(streams, placement, options.values === undefined ? undefined : readValues(options.values))
  const { overlay, unnamed } = kustomization(documents, files)
  print(1, options.output === 'kustomize' ? stringify(overlay, plain) : joined(streams.map(({ text }) => text)))
  const unpatched = options.output === 'kustomize' ? unnamed.map(({ object, why }) => `${object.kind} ${object.name}: NOT PLACED: ${why}, so no overlay can name it`) : []
  print(2, options.report === 'json' ? `${JSON.stringify(found, null, 2)}\n` : reportText(found, (values) => stringify(values, plain)))
  for (const line of unpatched) print(2, `${line}\n`)
  return unpatched.length > 0 || found.objects.some(({ way }) => way === 'not placed') ? 1 : 0
}

function readArguments(argv: string[]) {
  try {
    const text = { type: 'string' } as const
    const { values, positionals } = parseArgs({ args: argv, allowPositionals: true, options: { values: text, pool: text, workloads: text, output: text, report: text, help: { type: 'boolean', short: 'h' } } })
    if (positionals.length === 0 && !values.help) throw new UsageFault('no FILE is given')
    one('--output', values.output, ['manifests', 'kustomize'])
    one('--report', values.report, ['text', 'json'])
    if (values.pool !== undefined && !/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(values.pool)) throw new UsageFault(`--pool = "${values.pool}": the name of a tenant is needed (a DNS label), or shared`)
    return { options: values, files: positionals }
  } catch (fault) {
    throw new UsageFault((fault as Error).message)
  }
}

function one(option: string, value: string | undefined, allowed: string[]): void {
  if (value !== undefined && !allowed.includes(value)) throw new UsageFault(`${option} = "${value}": ${allowed.join(' or ')} is needed`)
}

/** npm runs this project's script in the checkout; paths are meant from where npm was called. Other scripts of npm run elsewhere. */
function locate(file: string): string {
  const own = process.env['npm_lifecycle_event'] === 'place' && process.env['npm_package_json'] === resolve(import.meta.dirname, '../../package.json')
  return resolve((own ? process.env['INIT_CWD'] : undefined) ?? '.', file)
}

function readText(file: string): string {
  let text: string | undefined
  try {
    text = decoded(readFileSync(file === '-' ? 0 : locate(file)))
  } catch (fault) {
    throw new UsageFault(`${file} cannot be read: ${(fault as Error).message}`)
  }
  if (text === undefined) throw new UsageFault(`${file} cannot be read: it is no text in UTF-8`)
  // Of files that were put together; the Kubernetes tools skip it.
  return text.replace(/^\ufeff/gm, '')
}

function readYaml(file: string): unknown {
  return named(file, () => {
    try {
      return parse(readText(file), { version: '1.1', customTags: asKubernetes, uniqueKeys: false, logLevel: 'error' })
    } catch (fault) {
      throw fault instanceof UsageFault ? fault : new YamlFault((fault as Error).message)
    }
  })
}

/** An empty file is a chart without values. */
function readValues(file: string): Plain {
  const values = readYaml(file) ?? {}
  if (!isPlain(values)) throw new UsageFault(`--values = ${file}: a mapping is needed, the default values of a chart`)
  return values
}

function readWorkloads(file: string): Workload[] {
  const { table, faults } = readTable(readYaml(file))
  if (table === undefined) throw new UsageFault(faults.map((fault) => `--workloads = ${file}: ${fault}`).join('\n'))
  return table
}

function named<T>(file: string, read: () => T): T {
  try {
    return read()
  } catch (fault) {
    if (fault instanceof RangeError) throw new YamlFault(`${file}: it is nested too deeply to be read`)
    throw fault instanceof YamlFault ? new YamlFault(`${file}: ${fault.message}`) : fault
  }
}

function joined(texts: string[]): string {
  const filled = texts.filter((text) => text.trim() !== '').map((text) => (text.endsWith('\n') ? text : `${text}\n`))
  return filled.map((text, i) => (i === 0 || /^(---|%)/.test(text) ? text : `---\n${text}`)).join('')
}

/** Whole, even into a pipe whose reader is slow. */
function print(stream: 1 | 2, text: string): void {
  let bytes = Buffer.from(text)
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(writeSync(stream, bytes))
    } catch (fault) {
      const { code } = fault as NodeJS.ErrnoException
      // Whoever reads has seen enough, like head.
      if (code === 'EPIPE') return
      if (code !== 'EAGAIN') throw fault
    }
  }
}
