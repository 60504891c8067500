/** The trials as a table for a terminal. */
import { isProven, summary, type Trial } from './trial.ts'

export function renderTable(trials: readonly Trial[]): string {
  const rows = trials.map(({ aim, open, tenant, verdict }) => [aim.id, open?.outcome ?? '-', tenant?.outcome ?? '-', verdict, aim.title])
  const head = ['ATTACK', 'UNPROTECTED', 'TENANT', 'VERDICT', 'WHAT']
  const width = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)))
  const line = (row: string[]) => row.map((text, column) => text.padEnd(width[column]!)).join('  ').trimEnd()
  return [line(head), ...rows.map(line), '', `${isProven(trials) ? 'Proven' : 'NOT PROVEN'}: ${summary(trials)}`].join('\n')
}
