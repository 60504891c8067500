import { type Finding, identity } from '../evaluate.ts'
import { having, placeOf, type Report } from './report.ts'

/** One object; `findings` are the violations, what could not be verified and what an exception allows are lists of their own. */
export function json(report: Report): string {
  const { pack, kubernetesMinor, resources, errors } = report
  return `${JSON.stringify(
    {
      pack: pack.name,
      kubernetes: `v1.${kubernetesMinor}`,
      resources,
      findings: having('violation', report).map(entry),
      unverifiable: having('unverifiable', report).map(entry),
      exceptions: having('excepted', report).map(entry),
      errors,
    },
    null,
    2,
  )}\n`
}

function entry(finding: Finding) {
  const { rule, level, title, resource, path, message } = finding
  return { rule: rule.id, level, severity: rule.severity, title, resource: identity(resource), ...placeOf(finding), path, message, url: rule.url }
}
