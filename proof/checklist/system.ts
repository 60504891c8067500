/** What the points know of a stack, by its configuration: a worker for the test application's tenant, and another tenant. */
import { nodePoolOf, nodePools } from '../../components/tenant-placement/node-pools.ts'
import type { Config } from '../../config/schema.ts'
import { partsOf, withRegistry } from '../../policies/rules/supply/image.ts'
import type { System } from './point.ts'

/**
 * @param run how commands are run, in the checkout: kubectl, and ssh with an agent
 * @throws Error where the stack has not what the points ask about
 */
export function systemOf({ context, config }: { context: string; config: Config }, run: System['run']): System {
  const { testApplication } = config
  const tenant = config.tenants.find(({ name }) => name === testApplication?.tenant)
  const pools = nodePools(config.workers.map(({ name }) => name), config.tenants)
  const workers = tenant === undefined ? [] : config.workers.filter(({ name }) => pools[name] === nodePoolOf(tenant))
  const [worker] = workers
  const otherTenant = config.tenants.find((it) => it !== tenant && mayPull(it, testApplication?.image))?.name
  if (worker === undefined || testApplication === undefined || otherTenant === undefined || config.iamService === undefined) {
    throw new Error('the checklist asks about a worker (annex:workers), iam-service (annex:iamService), the test application (annex:testApplication), and a second tenant (annex:tenants) that may use its image and is to be kept out: configure all of them, and update')
  }
  const { ssh } = worker
  const host = ssh.host ?? worker.address
  // As for the stack itself: the agent's keys and the known hosts, and no configuration of a person's own.
  const options = ['-F', 'none', '-o', 'BatchMode=yes', '-o', `UserKnownHostsFile=${config.knownHosts}`]
  const jump = ssh.jump && ['-o', `ProxyCommand=${['ssh', ...options, '-p', String(ssh.jump.port), '-W', '%h:%p', `${ssh.jump.user}@${ssh.jump.host}`].join(' ')}`]
  return {
    context,
    worker: { name: worker.name, tunnelAddress: worker.tunnelAddress, publicAddress: worker.address, sshPort: ssh.host === undefined && jump === undefined ? ssh.port : undefined, taintEffect: worker.taintEffect },
    testApplication,
    tenantNodes: workers.map(({ name }) => name),
    otherTenant,
    probeImage: testApplication.image,
    run,
    onWorker: (command) => run('ssh', [...options, ...(jump ?? []), '-p', String(ssh.port), `${ssh.user}@${host}`, ...(ssh.user === 'root' ? [] : ['sudo']), ...command]),
  }
}

/** A tenant that names no registries may use all. */
function mayPull({ registries }: Config['tenants'][number], image: string | undefined): boolean {
  const { repository } = partsOf(image)
  return registries.length === 0 || (repository !== undefined && registries.some(({ name }) => withRegistry(repository).startsWith(`${name}/`)))
}
