import { testPage } from '../../../apps/render.ts'
import { answerSeconds, type Asked, execInApplication, firstLine, kubectl } from '../ask.ts'
import { allOf, type Point, type System } from '../point.ts'

/** The API server reaches the kubelet only through the tunnel, and the kubelet's answers come back the same way. */
export const nodeNetwork: Point = {
  number: 4,
  title: 'Nodes reach each other through the tunnel (logs, exec, port-forward)',
  check: async (system) => {
    const [health, exec, logs, page] = await Promise.all([
      kubectl(system, ['get', '--raw', `/api/v1/nodes/${system.worker.name}/proxy/healthz`], { timeoutSeconds: answerSeconds }),
      execInApplication(system, ['hostname']),
      kubectl(system, ['logs', '-n', system.testApplication.tenant, 'test-app-0', '-c', 'test-app', '--tail=1'], { timeoutSeconds: answerSeconds }),
      forwardedPage(system),
    ])
    return allOf([
      { holds: health.code === 0 && health.stdout === 'ok', evidence: health.evidence },
      { holds: exec.code === 0 && exec.stdout.trim() === 'test-app-0', evidence: exec.evidence },
      { holds: logs.code === 0, evidence: { ...logs.evidence, answer: logs.code === 0 ? 'answered' : logs.evidence.answer } },
      { holds: page.stdout.includes(testPage), evidence: page.evidence },
    ])
  },
}

/** kubectl says on which port it listens, and goes on until it is ended. */
const askForwarded = `coproc kubectl "$@"
{ read -r _ _ at _ <&"\${COPROC[0]}"; } 2>/dev/null && exec 3<>"/dev/tcp/\${at/://}" && printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3 && tail -n 1 <&3
kill "$COPROC_PID" 2>/dev/null`

async function forwardedPage({ context, testApplication: { tenant }, run }: System): Promise<Asked> {
  const args = ['port-forward', '-n', tenant, 'pod/test-app-0', ':8080']
  const ran = await run('timeout', [String(answerSeconds), 'bash', '-c', askForwarded, 'forward', '--context', context, ...args])
  return { ...ran, evidence: { command: `kubectl ${args.join(' ')}, GET /`, answer: firstLine(ran) } }
}
