import { createHash } from 'node:crypto'
import { isAbsolute } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Finding, identity } from '../evaluate.ts'
import type { ActiveRule } from '../packs.ts'
import type { Severity } from '../rule.ts'
import { placeOf, type Report } from './report.ts'

/** As code scanners rank (CVSS ranges). */
const SCORES: Readonly<Record<Severity, string>> = { low: '3.0', medium: '5.5', high: '8.0', critical: '9.5' }

/** SARIF 2.1.0, for code scanning. */
export function sarif({ pack, rules, findings, errors }: Report): string {
  const indexes = new Map(rules.map(({ rule }, index) => [rule.id, index]))
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: `annex-policies ${pack.name}`, semanticVersion: '0.1.0', rules: rules.map(descriptor) } },
        invocations: [
          {
            executionSuccessful: errors.length === 0,
            toolExecutionNotifications: errors.map((text) => ({ level: 'error', message: { text } })),
          },
        ],
        columnKind: 'utf16CodeUnits',
        results: findings.map((finding) => result(finding, indexes.get(finding.rule.id)!)),
      },
    ],
  }
  return `${JSON.stringify(log, null, 2)}\n`
}

function descriptor({ rule, level, title }: ActiveRule) {
  return {
    id: rule.id,
    shortDescription: { text: title },
    fullDescription: { text: rule.why },
    help: { text: rule.fix },
    helpUri: rule.url,
    defaultConfiguration: { level: sarifLevel(level) },
    properties: { 'security-severity': SCORES[rule.severity], tags: ['security', ...Object.keys(rule.frameworks)] },
  }
}

function result(finding: Finding, ruleIndex: number) {
  const { rule, level, verdict, resource, path, message } = finding
  const place = placeOf(finding)
  const name = identity(resource)
  return {
    ruleId: rule.id,
    ruleIndex,
    // "open": evaluated, but what is known does not suffice for an answer; the standard wants no level then.
    ...(verdict === 'unverifiable' ? { kind: 'open', level: 'none' } : { kind: 'fail', level: sarifLevel(level) }),
    message: { text: message },
    locations: [
      {
        ...(place === undefined ? {} : { physicalLocation: { artifactLocation: { uri: uriOf(place.file) }, region: { startLine: place.line } } }),
        logicalLocations: [{ fullyQualifiedName: `${name} ${path}`, kind: 'resource' }],
      },
    ],
    partialFingerprints: { 'annex/v1': createHash('sha256').update(JSON.stringify([rule.id, place?.file, name, path])).digest('hex') },
    ...(verdict === 'excepted' ? { suppressions: [{ kind: 'inSource', justification: message }] } : {}),
  }
}

function sarifLevel(level: ActiveRule['level']): string {
  return level === 'mandatory' ? 'error' : 'warning'
}

function uriOf(file: string): string {
  return isAbsolute(file) ? pathToFileURL(file).href : file.split('/').map(encodeURIComponent).join('/')
}
