import { podProblems } from './pod.ts'
import { conditions, isOwnedBy, type Rule, type Situation, type Verdict } from './rule.ts'

/** Ready when the job has completed; a job that has used up its tries or its time will not. */
export const jobRule: Rule = {
  related: ['v1/Pod'],
  atRead: true,
  judge,
}

function judge({ object, world }: Situation): Verdict {
  const { name, namespace } = object.metadata!
  const fullName = namespace && namespace !== 'default' ? `${namespace}/${name}` : name
  const { startTime, active = 0, succeeded = 0, failed = 0 } = object.status ?? {}
  const status: Verdict['status'] = [{ severity: 'info', message: `Waiting for Job "${fullName}" to start` }]
  const problems = podProblems(world.all('v1/Pod').filter((pod) => isOwnedBy(pod, object)))
  if (!startTime) return { ready: false, status, reasons: problems }

  status.push({ severity: 'info', message: `Waiting for Job "${fullName}" to succeed (Active: ${active} | Succeeded: ${succeeded} | Failed: ${failed})` })
  const lost = conditions(object).find(({ type, status: value, reason }) => type === 'Failed' && value === 'True' && /^(BackoffLimit|Deadline)Exceeded$/.test(reason ?? ''))
  if (lost) return { ready: false, hopeless: true, status, reasons: [...problems, `[${lost.reason}] ${lost.message}`] }
  const complete = conditions(object).some(({ type, status: value }) => type === 'Complete' && value === 'True')
  return { ready: complete, status, reasons: problems }
}
