import { execInApplication } from '../ask.ts'
import { allOf, type Point, type System } from '../point.ts'

export const dns: Point = {
  number: 5,
  title: 'A tenant pod resolves and reaches services of the platform',
  check: async (system) => allOf(await Promise.all([
    inTestApplication(system, ['nslookup', 'kubernetes.default.svc.cluster.local'], /Address.*\d+\.\d+\.\d+\.\d+[\s\S]*Address/),
    inTestApplication(system, ['timeout', '10', 'wget', '-q', '-O', '-', 'http://iam-service.paas-system.svc.cluster.local/'], /^iam$/m),
  ])),
}

async function inTestApplication(system: System, command: string[], wanted: RegExp) {
  const asked = await execInApplication(system, command)
  const holds = asked.code === 0 && wanted.test(asked.stdout)
  const answer = holds ? asked.stdout.trim().split('\n').at(-1)! : asked.evidence.answer
  return { holds, evidence: { ...asked.evidence, answer } }
}
