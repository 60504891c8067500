/** One attack, tried twice in the same run: where nothing stands in its way, and on the tenant. */
import type { Outcome } from '../attacks/attack.ts'

/** What is known of an attack, whichever way it is made. */
export interface Aim {
  id: string
  title: string
  control: string
  expected: 'refused' | 'allowed'
  /** Why annex cannot bound this, where that is known beforehand: a success is then reported, and is no fault of the tenant. */
  unbounded?: string
  /** Why there may be nothing to attack, like an etcd that a cloud shows to nobody. */
  mayBeAbsent?: string
}

/** One try: the command as a person would repeat it, and what it answered. */
export interface Try {
  outcome: Outcome
  command: string
  answer: string
}

/**
 * `refused` and `allowed` are as they must be. `succeeded` (an attack), `denied` (what a tenant must be able to do) and `not shown` (the
 * attack fails where nothing holds it back too, or fails for another reason than its control) are faults.
 * `not bounded` and `nothing there` are neither: the report says what they leave open.
 */
export type Verdict = 'refused' | 'allowed' | 'succeeded' | 'denied' | 'not shown' | 'not bounded' | 'nothing there'

export interface Trial {
  area: string
  aim: Aim
  verdict: Verdict
  /** Left out where there was nothing to try. */
  open?: Try
  tenant?: Try
  /** Why there was nothing to try, or what is not bounded. */
  reason?: string
}

/** What two tries show. */
export function judge(aim: Aim, open: Outcome, tenant: Outcome): Verdict {
  if (aim.expected === 'allowed') return open !== 'done' || tenant === 'unclear' ? 'not shown' : tenant === 'done' ? 'allowed' : 'denied'
  if (tenant === 'done') return aim.unbounded === undefined ? 'succeeded' : 'not bounded'
  if (open !== 'done') return aim.mayBeAbsent === undefined || open === 'unclear' ? 'not shown' : 'nothing there'
  return tenant === 'refused' ? 'refused' : 'not shown'
}

const faults: readonly Verdict[] = ['succeeded', 'denied', 'not shown']

export function isFault({ verdict }: Pick<Trial, 'verdict'>): boolean {
  return faults.includes(verdict)
}

/** Whether the tenant is isolated, as far as annex says it is. No attack at all proves nothing. */
export function isProven(trials: readonly Trial[]): boolean {
  return trials.some(({ verdict }) => verdict === 'refused') && !trials.some(isFault)
}

/** How often each verdict was given, in words. */
export function summary(trials: readonly Trial[]): string {
  const count = (verdict: Verdict) => trials.filter((it) => it.verdict === verdict).length
  const all: Verdict[] = ['refused', 'allowed', 'succeeded', 'denied', 'not shown', 'not bounded', 'nothing there']
  return all.filter((it) => count(it) > 0 || it === 'succeeded').map((it) => `${count(it)} ${it}`).join(', ')
}
