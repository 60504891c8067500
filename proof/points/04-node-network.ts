import { answerSeconds, execInApplication, kubectl } from '../ask.ts'
import { allOf, type Point } from '../point.ts'

/** The API server reaches the kubelet only through the tunnel, and the kubelet's answers come back the same way. */
export const nodeNetwork: Point = {
  number: 4,
  title: 'Nodes reach each other through the tunnel (logs, exec)',
  check: async (system) => {
    const [health, exec, logs] = await Promise.all([
      kubectl(system, ['get', '--raw', `/api/v1/nodes/${system.worker.name}/proxy/healthz`], { timeoutSeconds: answerSeconds }),
      execInApplication(system, ['hostname']),
      kubectl(system, ['logs', '-n', system.testApplication.tenant, 'test-app-0', '-c', 'test-app', '--tail=1'], { timeoutSeconds: answerSeconds }),
    ])
    return allOf([
      { holds: health.code === 0 && health.stdout === 'ok', evidence: health.evidence },
      { holds: exec.code === 0 && exec.stdout.trim() === 'test-app-0', evidence: exec.evidence },
      { holds: logs.code === 0, evidence: { ...logs.evidence, answer: logs.code === 0 ? 'answered' : logs.evidence.answer } },
    ])
  },
}
