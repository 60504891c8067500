import { type Finding, identity } from '../evaluate.ts'
import { placeOf, type Report } from './report.ts'

/**
 * JUnit's XML: a case for each finding, and one for each rule that found nothing. What could not be verified is skipped. It keeps to the
 * schemas of Jenkins (xunit-plugin, junit-10.xsd) and, for a suite, of Maven Surefire, which have no attribute for file and line.
 */
export function junit({ pack, rules, findings, errors }: Report): string {
  const quiet = rules.filter(({ rule }) => !findings.some((finding) => finding.rule === rule))
  const cases = [
    ...quiet.map(({ rule }) => element('testcase', { classname: pack.name, name: rule.id, ...TIME })),
    ...findings.map((finding) => testCase(pack.name, finding)),
    ...errors.map((error) => element('testcase', { classname: pack.name, name: 'input', ...TIME }, element('error', { type: 'input', message: error }))),
  ]
  const count = (verdict: Finding['verdict']) => findings.filter((finding) => finding.verdict === verdict).length
  const counts = { tests: cases.length, failures: count('violation'), errors: errors.length }
  const suite = element('testsuite', { name: `annex-policies ${pack.name}`, ...counts, skipped: count('unverifiable') + count('excepted'), ...TIME }, cases.join('\n'))
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element('testsuites', counts, suite)}\n`
}

/** Seconds, which readers of the format want, and rules do not take. */
const TIME = { time: 0 }

function testCase(pack: string, finding: Finding): string {
  const { rule, level, title, resource, path, verdict, message } = finding
  const place = placeOf(finding)
  const about = [title, rule.why, ...(place === undefined ? [] : [`${place.file}:${place.line}`])].join('\n')
  const outcome = verdict === 'violation' ? element('failure', { type: level, message }, text(about)) : element('skipped', { message })
  return element('testcase', { classname: `${pack}.${rule.id}`, name: `${identity(resource)} ${path}`, ...TIME }, outcome)
}

function element(name: string, attributes: Record<string, string | number>, content = ''): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${text(String(value))}"`).join('')
  return content === '' ? `<${name}${written}/>` : `<${name}${written}>\n${content}\n</${name}>`
}

/** XML 1.0 cannot hold control characters at all. */
function text(raw: string): string {
  const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
  return raw.replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd]/g, '?').replace(/[&<>"]/g, (character) => escapes[character]!)
}
