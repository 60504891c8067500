/** `npm run prove`: attacks a live tenant, says what came of it, and writes the report. */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { openNamespace } from '../attacks/open.ts'
import { renderJunit } from './junit.ts'
import { renderPage } from './page.ts'
import { proveIsolation } from './run.ts'
import type { Subject } from './subject.ts'
import { renderTable } from './table.ts'
import { isProven } from './trial.ts'

/** @param folder of the report @returns whether the tenant is isolated as promised */
export async function prove(subject: Subject, { folder, quick }: { folder: string; quick: boolean }): Promise<boolean> {
  const { trials, node, seconds } = await proveIsolation(subject, { quick, say: (line) => console.log(line) })
  const about = { tenant: subject.tenant, openNamespace, context: subject.context, node, when: new Date().toISOString(), seconds, notes: notes(subject) }
  mkdirSync(folder, { recursive: true })
  const files = { page: path.join(folder, 'tenant.html'), junit: path.join(folder, 'tenant.xml') }
  writeFileSync(files.page, renderPage(trials, about))
  writeFileSync(files.junit, renderJunit(trials, seconds))
  console.log(`\n${renderTable(trials)}\n\nThe page: ${files.page}\nJUnit:    ${files.junit}`)
  return isProven(trials)
}

function notes({ tenant }: Subject): string[] {
  return [
    `The tenant's people are the user annex-proof in the group of ${tenant}, whom the API server is asked to take the caller for (--as): roles and admission see no difference. Pods' service accounts speak with tokens of their own.`,
    `Attackers' pods in the tenant are made by these people, and fit what holds there; they name no limits where they can, so that the tenant's own hold them.`,
    `Where a node holds all of its pods (processes, IPv6), a pod in ${openNamespace} leaves its control groups and its network for the host's, by the same script: only so the control is missing there.`,
    `${openNamespace} has no Pod Security level, no quota, no limits, no policy on its pods, and a group with every right. Its pods are privileged and name their node, which passes the taint; no admission rule of annex needed an exemption. It is deleted at the end of the run.`,
    'Commands run in pods by kubectl exec as the platform’s administrator: the tenant’s people may not, and what the pod can do is the same.',
  ]
}
