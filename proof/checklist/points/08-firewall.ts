import { firstLine } from '../ask.ts'
import { allOf, type Point, type System } from '../point.ts'

/** What must not answer on the public address: kubelet, its read-only port, kube-proxy, a node port. */
const closed = [10250, 10255, 10256, 30000]

export const firewall: Point = {
  number: 8,
  title: 'The firewall lets only SSH and the tunnel in',
  check: async (system) => allOf(await Promise.all([
    ...(system.worker.sshPort === undefined ? [] : [tcp(system, system.worker.sshPort, true)]),
    ...closed.map((port) => tcp(system, port, false)),
    tableLoaded(system),
  ])),
}

/** Bash opens the connection itself, so that nothing has to be installed. */
async function tcp(system: System, port: number, open: boolean) {
  const target = `${system.worker.publicAddress}:${port}`
  const ran = await system.run('timeout', ['3', 'bash', '-c', 'exec 3<>"/dev/tcp/$1/$2"', 'connect', system.worker.publicAddress, String(port)])
  const answers = ran.code === 0
  return { holds: answers === open, evidence: { command: `connect to ${target}`, answer: answers ? 'open' : 'closed' } }
}

/** A refused connection may only mean that nothing listens; the rules themselves must be there. */
async function tableLoaded(system: System) {
  const command = ['nft', 'list', 'chain', 'inet', 'annex', 'input']
  const ran = await system.onWorker(command)
  return { holds: ran.code === 0 && /policy drop/.test(ran.stdout), evidence: { command: `${system.worker.name}: ${command.join(' ')}`, answer: /policy drop/.test(ran.stdout) ? 'policy drop' : firstLine(ran) } }
}
