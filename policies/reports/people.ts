import { type Finding, identity } from '../evaluate.ts'
import { having, placeOf, type Report } from './report.ts'

/** For people: by resource, then a line that sums up. */
export function people(report: Report): string {
  const byResource = new Map<string, Finding[]>()
  for (const finding of report.findings) {
    const place = placeOf({ ...finding, steps: [] })
    const heading = `${identity(finding.resource)}${place === undefined ? '' : ` (${place.file}:${place.line})`}`
    byResource.set(heading, [...(byResource.get(heading) ?? []), finding])
  }
  const blocks = [...byResource].map(([heading, findings]) => [heading, ...findings.map(told)].join('\n'))
  return [...blocks, summary(report)].join('\n\n') + '\n'
}

function told(finding: Finding): string {
  const { rule, level, title, verdict, message } = finding
  const place = placeOf(finding)
  return [`  ${verdict === 'violation' ? level : verdict} ${rule.id} (${rule.severity})${place === undefined ? '' : ` at line ${place.line}`}`, `    ${title}`, `    ${message}`].join('\n')
}

function summary(report: Report): string {
  const violations = having('violation', report)
  const mandatory = violations.filter(({ level }) => level === 'mandatory').length
  const parts = [
    `${mandatory} mandatory and ${violations.length - mandatory} advisory findings`,
    `${having('unverifiable', report).length} unverifiable`,
    `${having('excepted', report).length} allowed by exceptions`,
  ]
  return `${parts.join(', ')} in ${report.resources} resources (pack ${report.pack.name}, ${report.rules.length} rules, Kubernetes v1.${report.kubernetesMinor})`
}
