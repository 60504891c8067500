/** What the points know of a stack, by its configuration: its first worker, the test application's tenant, and another one. */
import type { Config } from '../../config/schema.ts'
import type { System } from './point.ts'

/**
 * @param run how commands are run, in the checkout: kubectl, and ssh with an agent
 * @throws Error where the stack has not what the points ask about
 */
export function systemOf({ context, config }: { context: string; config: Config }, run: System['run']): System {
  const [worker] = config.workers
  const { testApplication } = config
  const otherTenant = config.tenants.find(({ name }) => name !== testApplication?.tenant)?.name
  if (worker === undefined || testApplication === undefined || otherTenant === undefined) {
    throw new Error('the checklist asks about a worker (annex:workers), the test application (annex:testApplication), and a second tenant (annex:tenants), which is to be kept out: configure all three, and update')
  }
  const { ssh } = worker
  const host = ssh.host ?? worker.address
  // As for the stack itself: the agent's keys and the known hosts, and no configuration of a person's own.
  const options = ['-F', 'none', '-o', 'BatchMode=yes', '-o', `UserKnownHostsFile=${config.knownHosts}`]
  const jump = ssh.jump && ['-o', `ProxyCommand=${['ssh', ...options, '-p', String(ssh.jump.port), '-W', '%h:%p', `${ssh.jump.user}@${ssh.jump.host}`].join(' ')}`]
  return {
    context,
    worker: { name: worker.name, tunnelAddress: worker.tunnelAddress, publicAddress: host, sshPort: ssh.port, taintEffect: worker.taintEffect },
    testApplication,
    otherTenant,
    probeImage: testApplication.image,
    run,
    onWorker: (command) => run('ssh', [...options, ...(jump ?? []), '-p', String(ssh.port), `${ssh.user}@${host}`, ...(ssh.user === 'root' ? [] : ['sudo']), ...command]),
  }
}
