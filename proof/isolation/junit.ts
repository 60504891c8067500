/** The trials as JUnit XML, for whoever collects test results. */
import { isFault, type Trial } from './trial.ts'

/** @param seconds how long the whole run took */
export function renderJunit(trials: readonly Trial[], seconds: number): string {
  const areas = [...new Set(trials.map(({ area }) => area))]
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="annex prove" ${counts(trials)} time="${seconds}">`,
    ...areas.flatMap((area) => suite(area, trials.filter((it) => it.area === area))),
    '</testsuites>',
    '',
  ].join('\n')
}

function suite(area: string, trials: Trial[]): string[] {
  return [`  <testsuite name="${escape(area)}" ${counts(trials)}>`, ...trials.flatMap(testcase), '  </testsuite>']
}

function testcase(trial: Trial): string[] {
  const { area, aim, verdict, reason } = trial
  const open = `    <testcase classname="${escape(area)}" name="${escape(`${aim.id}: ${aim.title}`)}"`
  const mark = isFault(trial) ? `<failure message="${escape(verdict)}"/>`
    : trial.verdict === 'not bounded' || trial.verdict === 'nothing there' ? `<skipped message="${escape(`${verdict}${reason === undefined ? '' : `: ${reason}`}`)}"/>` : undefined
  return [`${open}>`, ...(mark === undefined ? [] : [`      ${mark}`]), `      <system-out>${escape(told(trial))}</system-out>`, '    </testcase>']
}

function told({ verdict, open, tenant, reason }: Trial): string {
  const line = (where: string, it: Trial['open']) => (it === undefined ? [] : [`${where}: ${it.command} -> ${it.outcome}: ${it.answer}`])
  return [...line('unprotected', open), ...line('tenant', tenant), ...(reason === undefined ? [] : [reason]), `verdict: ${verdict}`].join('\n')
}

function counts(trials: readonly Trial[]): string {
  const skipped = trials.filter(({ verdict }) => verdict === 'not bounded' || verdict === 'nothing there').length
  return `tests="${trials.length}" failures="${trials.filter(isFault).length}" errors="0" skipped="${skipped}"`
}

/** XML 1.0 has no way to say most control characters, not even escaped; colour codes are among them. */
export function escape(text: string): string {
  const words: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
  return text.replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD').replace(/[&<>"]/g, (it) => words[it]!)
}
