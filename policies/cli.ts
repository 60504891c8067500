/** `npm run policies`: the rules over files, without a cluster and without Pulumi. */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { currentDay, evaluate, evaluateStack } from './evaluate.ts'
import { exceptions } from './exceptions.ts'
import { readInputs } from './inputs/read.ts'
import { packNamed, packs, rulesOf } from './packs.ts'
import { json } from './reports/json.ts'
import { junit } from './reports/junit.ts'
import { people } from './reports/people.ts'
import type { Report } from './reports/report.ts'
import { sarif } from './reports/sarif.ts'
import { settings as project } from './settings.ts'

const formats: Readonly<Record<string, (report: Report) => string>> = { people, json, sarif, junit }

const help = `Usage: npm run -s policies -- [--pack PACK] [--format FORMAT] [--kubernetes-version v1.N] FILE...

Checks Kubernetes manifests (YAML or JSON, lists and several documents in a file too), saved states
(pulumi stack export) and previews (pulumi preview --json) against a pack of rules. No cluster, no
Pulumi login. A FILE may be a folder (every .yaml, .yml and .json below) or - for standard input.

  --pack PACK                 one of these; default recommended
${packs.map(({ name, about }) => `        ${name.padEnd(16)}  ${about}`).join('\n')}
  --format FORMAT             ${Object.keys(formats).join(', ')}; default people
  --kubernetes-version v1.N   whose Pod Security controls apply; default v1.${project.kubernetesMinor}

Exit code
  0  no findings
  1  findings, mandatory or advisory. What could not be verified (an unknown value of a preview, the
     pods of a Helm release) and what policies/exceptions.ts allows are reported, but are no findings
  2  bad usage, or an input that cannot be read or is no Kubernetes object; what could be read is
     reported all the same
`

interface Options {
  pack: string
  format: string
  kubernetesMinor: number
  files: string[]
}

interface Writer { write(text: string): unknown }

/** @returns the exit code */
export function main(args: string[], out: Writer = process.stdout, err: Writer = process.stderr): number {
  let options: Options | undefined
  try {
    options = optionsFrom(args)
  } catch (error) {
    err.write(`${(error as Error).message}\nnpm run -s policies -- --help tells how it is used.\n`)
    return 2
  }
  if (options === undefined) {
    out.write(help)
    return 0
  }
  const report = reportOn(options)
  out.write(formats[options.format]!(report))
  for (const error of report.errors) err.write(`${error}\n`)
  if (report.errors.length > 0) return 2
  return report.findings.some(({ verdict }) => verdict === 'violation') ? 1 : 0
}

/** Undefined where help is asked for. @throws Error that says all that is wrong, and what is allowed. */
function optionsFrom(args: string[]): Options | undefined {
  const { values, tokens } = parseArgs({
    args,
    allowPositionals: true,
    strict: false,
    tokens: true,
    options: { pack: { type: 'string' }, format: { type: 'string' }, 'kubernetes-version': { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  })
  if (values['help'] !== undefined) return undefined
  const { pack = 'recommended', format = 'people', 'kubernetes-version': version = `v1.${project.kubernetesMinor}` } = values
  const files = tokens.flatMap((token) => (token.kind === 'positional' ? [token.value] : []))
  const kubernetesMinor = minorOf(version)
  const faults = [
    ...tokens.flatMap((token) => (token.kind === 'option' && !['pack', 'format', 'kubernetes-version'].includes(token.name) ? [`There is no option ${token.rawName}; there are --pack, --format, --kubernetes-version and --help.`] : [])),
    ...(packs.some(({ name }) => name === pack) ? [] : [`There is no pack ${quoted(pack)}; there are ${packs.map(({ name }) => name).join(', ')}.`]),
    ...(typeof format === 'string' && Object.hasOwn(formats, format) ? [] : [`There is no format ${quoted(format)}; there are ${Object.keys(formats).join(', ')}.`]),
    ...(kubernetesMinor === undefined ? [`--kubernetes-version is ${quoted(version)}; needed is a version like v1.${project.kubernetesMinor}.`] : []),
    ...(files.length === 0 ? ['No FILE is given.'] : []),
  ]
  if (faults.length > 0) throw new Error(faults.join('\n'))
  return { pack: pack as string, format: format as string, kubernetesMinor: kubernetesMinor!, files }
}

/** An option without its value is true. */
function quoted(value: string | boolean): string {
  return typeof value === 'string' ? `"${value}"` : '(none given)'
}

/** "latest" is the newest that the rules know, as for the API server. */
function minorOf(version: string | boolean): number | undefined {
  if (version === 'latest') return project.kubernetesMinor
  const minor = /^v?1\.(\d{1,3})(\.\d+)?$/.exec(String(version))?.[1]
  return minor === undefined ? undefined : Number(minor)
}

function reportOn({ pack: name, kubernetesMinor, files }: Options): Report {
  const settings = { ...project, kubernetesMinor }
  const terms = { settings, exceptions, today: currentDay() }
  const pack = packNamed(name)
  const rules = rulesOf(pack, settings)
  const { resources, outputs, changes, errors } = readInputs(files, locate)
  const findings = [
    ...resources.flatMap((resource) => evaluate(rules, resource, terms)),
    ...outputs.flatMap((resource) => evaluate(rules, resource, terms, true)),
    ...evaluateStack(rules, resources, terms, changes),
  ]
  return { pack, rules, kubernetesMinor, resources: resources.length, findings, errors }
}

/** npm runs this project's script in the folder of package.json; paths are meant from where npm was called. Other scripts of npm run elsewhere. */
function locate(path: string): string {
  const own = process.env['npm_lifecycle_event'] === 'policies' && process.env['npm_package_json'] === resolve(import.meta.dirname, '../package.json')
  return resolve((own ? process.env['INIT_CWD'] : undefined) ?? '.', path)
}

if (import.meta.main) {
  // Whoever reads has seen enough, like head.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return
    console.error(`The report cannot be written (${error.code}).`)
    process.exit(2)
  })
  process.exitCode = main(process.argv.slice(2))
}
