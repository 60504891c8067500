/** One trial of every verdict, as reports are tested with. */
import { judge, type Aim, type Trial, type Try } from '../../proof/isolation/trial.ts'

const tried = (outcome: Try['outcome'], answer: string): Try => ({ outcome, command: "kubectl exec -- sh -c 'nc <host> & \"echo\"'", answer })
const aim = (id: string, change: Partial<Aim> = {}): Aim => ({ id, title: `attack ${id} & more`, control: 'network-policy', expected: 'refused', ...change })

function trial(area: string, of: Aim, open: Try['outcome'], tenant: Try['outcome'], reason?: string): Trial {
  return { area, aim: of, open: tried(open, 'connected'), tenant: tried(tenant, '\u001b[31mConnection refused\u001b[0m'), verdict: judge(of, open, tenant), ...(reason === undefined ? {} : { reason }) }
}

export const good: Trial[] = [
  trial('Network', aim('MTB-1/kept'), 'done', 'refused'),
  trial('Network', aim('annex/absent', { mayBeAbsent: 'no etcd here' }), 'refused', 'refused', 'no etcd here'),
  { area: 'Network', aim: aim('annex/opened'), verdict: 'nothing there', reason: 'exec is true' },
  trial('Self-service', aim('MTB-2/allowed', { expected: 'allowed' }), 'done', 'done'),
  trial('Noise', aim('annex/endless', { unbounded: 'there is no ceiling' }), 'done', 'done', 'there is no ceiling'),
]

export const bad: Trial[] = [
  trial('Network', aim('MTB-1/reached'), 'done', 'done'),
  trial('Network', aim('MTB-1/never'), 'refused', 'refused'),
  trial('Self-service', aim('MTB-2/denied', { expected: 'allowed' }), 'done', 'refused'),
]
