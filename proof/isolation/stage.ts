/** Puts the attackers and their victims into the cluster, finds out where everything is, and takes all of it away again. */
import { setTimeout as delay } from 'node:timers/promises'
import { nodePoolOf, nodePoolPlacement } from '../../components/tenant-placement/node-pools.ts'
import { placePod } from '../../components/tenant-placement/place-pod.ts'
import type { Places, PodAttack } from '../attacks/inside.ts'
import { openGroup, openNamespace, removeOpen, setUpOpen } from '../attacks/open.ts'
import type { Ran } from '../checklist/point.ts'
import { names, renderAttacker, renderSacrifice, renderVictim, renderVictimService } from './attackers.ts'
import { as, asAccount } from './credentials.ts'
import type { Attacked, Subject } from './subject.ts'

export type Side = 'open' | 'tenant'

export interface Stage {
  node: string
  /** Where everything is, as each side's attackers see it. */
  places: Record<Side, Places>
  /** Arguments of kubectl that make it speak as the attacker of a side. */
  people: Record<Side, string[]>
  accounts: Record<Side, string[]>
  kubectl: (args: string[], options?: { input?: object; timeoutSeconds?: number }) => Promise<Ran>
}

/**
 * @param sacrifices attacks that need pods of their own; they are started with the others
 * @param folder for credentials
 * @throws Error where a pod does not start
 */
export async function setUp(subject: Subject, attacked: Attacked, sacrifices: readonly PodAttack[], folder: string): Promise<Stage> {
  const kubectl: Stage['kubectl'] = (args, { input, timeoutSeconds } = {}) =>
    subject.run('kubectl', ['--context', subject.context, ...args], { ...(input === undefined ? {} : { input: JSON.stringify(input) }), timeoutSeconds: timeoutSeconds ?? 60 })
  const { namespace, other, image } = attacked
  const people = { open: as('annex-proof', openGroup), tenant: as('annex-proof', attacked.group) }
  const send = async (who: string[], input: object) => must(await kubectl([...who, 'apply', '-f', '-'], { input }), 'kubectl apply')
  const place = (pod: any, tenant: string) => {
    const spec = subject.config.tenants.find(({ name }) => name === tenant)!
    return { ...pod, spec: placePod(pod.spec, nodePoolPlacement(nodePoolOf(spec))).spec }
  }

  await tearDown(subject, attacked, { wait: true })
  for (const { command, input } of setUpOpen) must(await kubectl(command, { ...(input === undefined ? {} : { input }) }), `kubectl ${command.join(' ')}`)
  // As privileged as the tenant's admission lets it.
  const wanted = place(renderAttacker({ namespace, image, privileged: true }), namespace)
  const own = { namespace, image, privileged: (await kubectl([...people.tenant, 'create', '--dry-run=server', '-f', '-'], { input: wanted })).code === 0 }
  await send(people.tenant, place(renderAttacker(own), namespace))
  const node = await eventually(`pod ${names.attacker} of ${namespace} is on a node`, async () => (await kubectl(['get', 'pod', names.attacker, '-n', namespace, '-o', 'jsonpath={.spec.nodeName}'])).stdout || undefined)
  await eventually(`${openNamespace} has its service account`, async () => (await kubectl(['get', 'serviceaccount', 'default', '-n', openNamespace])).code === 0 || undefined)
  const open = { namespace: openNamespace, image, privileged: true, nodeName: node }
  await send(people.open, list([renderAttacker(open), renderVictim(open), renderVictimService(openNamespace), ...sacrifices.map((it) => renderSacrifice(open, it))]))
  await send(people.tenant, list([place(renderVictim(own), namespace), ...sacrifices.map((it) => place(renderSacrifice(own, it), namespace))]))
  if (other !== undefined) await send(as('annex-proof', attacked.otherGroup!), list([place(renderVictim({ namespace: other, image, privileged: false }), other), renderVictimService(other)]))

  const pods = [[openNamespace, names.attacker], [openNamespace, names.victim], [namespace, names.attacker], [namespace, names.victim], ...(other === undefined ? [] : [[other, names.victim]])] as [string, string][]
  for (const [where, name] of pods) must(await kubectl(['wait', 'pod', name, '-n', where, '--for=condition=Ready', '--timeout=60s'], { timeoutSeconds: 70 }), `pod ${name} of ${where}`)
  const places = await findPlaces(kubectl, subject, attacked, node)
  const account = (of: string) => asAccount(kubectl, subject.context, of, folder)
  return { node, places, people, accounts: { open: await account(openNamespace), tenant: await account(namespace) }, kubectl }
}

/** Takes away all that the proof has made. */
export async function tearDown(subject: Subject, { namespace, other }: Attacked, { wait }: { wait: boolean }): Promise<void> {
  const kubectl = (args: string[]) => subject.run('kubectl', ['--context', subject.context, ...args], { timeoutSeconds: 90 })
  const own = ['-l', 'app.kubernetes.io/managed-by=annex-proof', '--ignore-not-found', `--wait=${wait}`]
  await Promise.all([
    ...removeOpen.map(({ command }) => kubectl(command)),
    ...[namespace, ...(other === undefined ? [] : [other])].map((where) => kubectl(['delete', 'pods,services', '-n', where, ...own, '--now'])),
  ])
  if (wait) await kubectl(['wait', 'namespace', openNamespace, '--for=delete', '--timeout=80s'])
}

async function findPlaces(kubectl: Stage['kubectl'], { config }: Subject, { namespace, other }: Attacked, node: string): Promise<Record<Side, Places>> {
  const read = async (...args: string[]) => must(await kubectl(args), `kubectl ${args.join(' ')}`).stdout.trim()
  const podIp = (where: string, name: string) => read('get', 'pod', name, '-n', where, '-o', 'jsonpath={.status.podIP}')
  const service = (where: string) => read('get', 'service', names.victim, '-n', where, '-o', 'jsonpath={.spec.clusterIP}')
  const linkLocal = async (where: string, name: string) => (await kubectl(['exec', '-n', where, name, '--', 'sh', '-c', 'ip -6 address show dev eth0 scope link'])).stdout.match(/inet6 (fe80::[0-9a-f:]+)/)?.[1]
  const nodes = JSON.parse(await read('get', 'nodes', '-o', 'json')).items as { metadata: { name: string }; status: { addresses: { type: string; address: string }[] } }[]
  const internal = (it: (typeof nodes)[number] | undefined) => it?.status.addresses.find(({ type }) => type === 'InternalIP')?.address
  const publicApi = new URL(await read('config', 'view', '--minify', '-o', 'jsonpath={.clusters[0].cluster.server}'))
  const worker = config.workers.find(({ name }) => name === node)
  const gateway = config.tunnel.gateways[0]
  const [apiHost, apiPort] = config.cluster.apiServer.split(':')
  const stranger = await podIp(openNamespace, names.victim)
  const volume = config.testApplication?.tenant === namespace ? mebibytes(config.testApplication.storage) : undefined
  const small = volume !== undefined && volume <= 256
  const known = {
    stranger,
    node: internal(nodes.find(({ metadata }) => metadata.name === node)),
    otherNode: internal(nodes.find(({ metadata }) => metadata.name !== node)),
    nodePublic: worker?.address,
    sshPort: String(worker?.ssh.listenPort ?? worker?.ssh.port ?? 22),
    nodePort: await read('get', 'service', names.victim, '-n', openNamespace, '-o', 'jsonpath={.spec.ports[0].nodePort}'),
    apiHost, apiPort,
    publicApiHost: publicApi.hostname, publicApiPort: publicApi.port || '443',
    apiService: await read('get', 'service', 'kubernetes', '-n', 'default', '-o', 'jsonpath={.spec.clusterIP}'),
    gatewayTunnel: gateway?.tunnelAddress, gatewayCloud: gateway?.cloudAddress, gatewayPublic: gateway?.address,
    gatewayOfPods: (await read('exec', '-n', namespace, names.attacker, '--', 'ip', 'route', 'show', 'default')).split(/\s+/)[2],
    // mkfs.ext4 makes an inode for every 4 KiB of a file system as small as this.
    ...(small ? { twiceVolume: String(2 * volume), twiceInodes: String(2 * volume * 256) } : {}),
  }
  // The bridge of most small CNIs; the unprotected pod sees the host's /proc.
  const node6 = (await kubectl(['exec', '-n', openNamespace, names.attacker, '--', 'cat', '/host/proc/1/net/if_inet6'])).stdout.match(/^(fe80\w{28}) .* cni0$/m)?.[1]?.match(/.{4}/g)?.join(':')
  const besides = other !== undefined && await read('get', 'pod', names.victim, '-n', other, '-o', 'jsonpath={.spec.nodeName}') === node
  const other6 = besides ? await linkLocal(other, names.victim) : undefined
  const side = async (own: string, neighbour: string | undefined, neighbour6: string | undefined) => ({
    own: await podIp(own, own === openNamespace ? names.victim : names.attacker),
    peer: await podIp(own, names.victim),
    ...(neighbour === undefined ? {} : { neighbour: await podIp(neighbour, names.victim), neighbourService: await service(neighbour), neighbourName: `${names.victim}.${neighbour}.svc.cluster.local` }),
    neighbour6,
    node6,
  })
  const places = (words: Record<string, string | undefined>): Places => ({ words: Object.fromEntries(Object.entries(words).filter((it): it is [string, string] => Boolean(it[1]))), absent })
  return {
    open: places({ ...known, ...await side(openNamespace, openNamespace, await linkLocal(openNamespace, names.victim)) }),
    tenant: places({ ...known, ...await side(namespace, other, other6) }),
  }
}

/** Why a word may have no meaning. */
const absent: Record<string, string> = {
  neighbour: 'the stack has no other tenant', neighbourService: 'the stack has no other tenant', neighbourName: 'the stack has no other tenant',
  neighbour6: 'pods have no IPv6 here, or the other tenant’s is on another node', node6: 'the node has no bridge cni0 with IPv6',
  otherNode: 'the cluster has one node only', nodePublic: 'the pod is on a node that is no worker of annex',
  twiceVolume: 'the test application of this tenant has no volume of 256 MiB or less that could be filled in a moment', twiceInodes: 'the test application of this tenant has no volume of 256 MiB or less that could be filled in a moment',
}

function mebibytes(quantity: string): number {
  const [, count, unit] = /^(\d+)(Mi|Gi|Ti)$/.exec(quantity) ?? []
  return Number(count) * ({ Mi: 1, Gi: 2 ** 10, Ti: 2 ** 20 }[unit!] ?? NaN)
}

const list = (items: object[]) => ({ apiVersion: 'v1', kind: 'List', items })

function must(ran: Ran, what: string): Ran {
  if (ran.code !== 0) throw new Error(`${what}: ${ran.stderr.trim() || ran.stdout.trim()}`)
  return ran
}

/** @throws Error after 60 s */
export async function eventually<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const end = Date.now() + 60_000
  for (;;) {
    const found = await look()
    if (found !== undefined) return found
    if (Date.now() > end) throw new Error(`${what}: not within 60 s`)
    await delay(500)
  }
}
