/** The trials as one page for people: no script, nothing loaded from elsewhere. */
import { escape } from './junit.ts'
import { isFault, isProven, summary, type Trial, type Try, type Verdict } from './trial.ts'

export interface About {
  tenant: string
  openNamespace: string
  context: string
  /** Node of the attackers' pods. */
  node: string
  /** ISO 8601. */
  when: string
  seconds: number
  /** What the unprotected namespace needed to be unprotected, and what whoever reads this must know. */
  notes: readonly string[]
}

const meaning: Record<Verdict, string> = {
  'refused': 'succeeded in the unprotected namespace, and was kept out of the tenant by its control',
  'allowed': 'what a tenant must be able to do by itself, and is',
  'succeeded': 'the attack on the tenant succeeded',
  'denied': 'the tenant cannot do what it must be able to do',
  'not shown': 'the attack failed in the unprotected namespace too, or failed for another reason: its refusal proves nothing',
  'not bounded': 'succeeds in the tenant as well; annex has no way to bound it',
  'nothing there': 'there is nothing to attack in this cluster, or the configuration opens it on purpose',
}

const style = `body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:90rem;padding:0 1rem;color:#1b1f24}
table{border-collapse:collapse;width:100%;margin:.5rem 0 2rem;table-layout:fixed}th,td{border:1px solid #d0d7de;padding:.35rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}
th{background:#f6f8fa}code{font-size:.85em;white-space:pre-wrap}td:nth-child(1){width:18%}.good{background:#dafbe1}.bad{background:#ffcecb;font-weight:600}.open{background:#fff8c5}
col.attack{width:18%}col.try{width:27%}col.verdict{width:9%}small{color:#57606a}`

export function renderPage(trials: readonly Trial[], about: About): string {
  const areas = [...new Set(trials.map(({ area }) => area))]
  const verdicts = [...new Set(trials.map(({ verdict }) => verdict))]
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>annex: ${escape(about.tenant)} under attack</title><style>${style}</style></head><body>
<h1>${escape(about.tenant)} under attack</h1>
<p><b>${isProven(trials) ? 'Every attack was refused' : 'NOT PROVEN'}</b>: ${escape(summary(trials))}.
${trials.length} attacks in ${about.seconds} s on ${escape(about.when)}, cluster ${escape(about.context)}, pods on ${escape(about.node)}.
Each was first made in the namespace ${escape(about.openNamespace)}, where nothing stands in its way.</p>
<ul>${about.notes.map((note) => `<li>${escape(note)}</li>`).join('')}</ul>
<dl>${verdicts.map((verdict) => `<dt><b>${verdict}</b></dt><dd>${meaning[verdict]}</dd>`).join('')}</dl>
${areas.map((area) => section(area, trials.filter((it) => it.area === area))).join('\n')}
</body></html>
`
}

function section(area: string, trials: Trial[]): string {
  return `<h2>${escape(area)}</h2>
<table><colgroup><col class="attack"><col class="try"><col class="try"><col class="try"><col class="verdict"></colgroup>
<tr><th>attack</th><th>what it tried</th><th>in the unprotected namespace</th><th>in the tenant</th><th>verdict</th></tr>
${trials.map(row).join('\n')}
</table>`
}

function row(trial: Trial): string {
  const { aim, open, tenant, reason, verdict } = trial
  const command = tenant?.command ?? open?.command
  const colour = isFault(trial) ? 'bad' : verdict === 'refused' || verdict === 'allowed' ? 'good' : 'open'
  return `<tr><td>${escape(aim.title)}<br><small>${escape(aim.id)}; control: ${escape(aim.control)}</small></td><td>${command === undefined ? '' : `<code>${escape(command)}</code>`}</td>` +
    `<td>${cell(open)}</td><td>${cell(tenant)}</td><td class="${colour}">${verdict}${reason === undefined ? '' : `<br><small>${escape(reason)}</small>`}</td></tr>`
}

function cell(tried: Try | undefined): string {
  return tried === undefined ? 'not tried' : `${tried.outcome}<br><code>${escape(tried.answer)}</code>`
}
