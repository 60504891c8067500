import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { execa } from 'execa'
import { isHeld } from '../tools/lock.ts'
import { checkout, inNamespace } from './environment.ts'
import { fabric, gatewayPrivate, namespaces, ranges, type Link, type Namespace, type Wire } from './topology.ts'

/** One entry of the cloud's route table. */
export interface CloudRoute { range: string; nextHop: string }

/** The route that annex asks of the cloud's operator. */
export const tunnelRoute: CloudRoute = { range: ranges.tunnel, nextHop: gatewayPrivate }

/**
 * Makes the whole network, or whatever of it is missing. What stands already is left alone, so that nothing that runs loses a packet.
 * @throws when the names are taken by another checkout's lab, or by somebody else.
 */
export async function applyNetwork(): Promise<void> {
  refuseForeignNetwork()
  await killedRunsHaveEnded()
  writeFileSync(ownerFile, `${checkout}\n`)
  await makeFabric()
  await Promise.all(namespaces.map(makeNamespace))
}

/**
 * Names are the machine's, not the checkout's: two labs cannot stand at the same time.
 * @throws when another checkout's lab, or somebody else, has them.
 */
export function refuseForeignNetwork(): void {
  const owner = networkOwner()
  const taken = [fabric, ...namespaces].map(({ name }) => name).filter(namespaceExists)
  if (taken.length === 0 || owner === checkout || abandonedBy() !== undefined) return
  if (owner === undefined) {
    throw new Error(`network namespaces that the lab needs are in use by somebody else (${taken.join(', ')}): if nobody needs them, remove each with "ip netns delete NAME"`)
  }
  throw new Error(`the lab of another checkout is up on this machine: ${owner}\nTake it down first: npm run down --prefix ${owner}`)
}

/** The other checkout whose lab nobody uses any more: its folder was deleted, or all that ran in it was killed and only the namespaces are left. */
export function abandonedBy(): string | undefined {
  const owner = networkOwner()
  if (owner === undefined || owner === checkout) return undefined
  const used = existsSync(owner) && (isHeld(`${owner}/.lab/lock`) || processesInside().length > 0)
  return used ? undefined : owner
}

/** Ids of the processes in the lab's namespaces, whichever checkout's lab it is. */
export function processesInside(): number[] {
  const files = [fabric, ...namespaces].map(({ name }) => name).filter(namespaceExists).map((name) => `/run/netns/${name}`)
  const inside = new Set(files.map((file) => `net:[${statSync(file).ino}]`))
  return readdirSync('/proc').map(Number).filter((pid) => pid > 0 && inside.has(networkNamespaceOf(pid) ?? ''))
}

function networkNamespaceOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`)
  } catch {
    return undefined
  }
}

/** The checkout whose lab has made the namespaces; undefined without any. */
export function networkOwner(): string | undefined {
  return existsSync(ownerFile) ? readFileSync(ownerFile, 'utf8').trim() : undefined
}

const ownerFolder = '/run/annex-lab'
const ownerFile = path.join(ownerFolder, 'checkout')

/** Takes a namespace away with all its links, routes and rules, and makes it anew: what a power cycle does to a host's network. */
export async function renewNamespace(name: string): Promise<void> {
  const namespace = describe(name)
  await removeNamespace(namespace)
  await makeNamespace(namespace)
}

/** Takes everything away that `applyNetwork` makes. */
export async function removeNetwork(): Promise<void> {
  if (networkOwner() !== checkout && abandonedBy() === undefined) return
  await killedRunsHaveEnded()
  await Promise.all(namespaces.map(removeNamespace))
  await deleteNamespace(fabric.name)
  rmSync(ownerFolder, { recursive: true, force: true })
}

/** True when the namespace exists now. */
export function namespaceExists(name: string): boolean {
  const file = `/run/netns/${name}`
  if (!existsSync(file)) return false
  // A plain file, with nothing mounted on it, is what a restart of this machine leaves.
  return statSync(file).dev !== statSync('/run/netns').dev
}

/** What the cloud's operator has entered, in the order of the router's table. */
export async function cloudRoutes(): Promise<CloudRoute[]> {
  const { stdout } = await execa('ip', ['-n', 'annex-cloud-router', '-j', 'route', 'show', 'proto', 'static'])
  const routes = JSON.parse(stdout || '[]') as { dst: string; gateway: string }[]
  return routes.map((route) => ({ range: route.dst, nextHop: route.gateway }))
}

export async function addCloudRoute(route: CloudRoute): Promise<void> {
  await execa('ip', ['-n', 'annex-cloud-router', 'route', 'replace', route.range, 'via', route.nextHop, 'proto', 'static'])
}

/** Removes the entry for a range; without one there is nothing to do. */
export async function removeCloudRoute(range: string): Promise<void> {
  const { exitCode, stderr } = await execa('ip', ['-n', 'annex-cloud-router', 'route', 'del', range, 'proto', 'static'], { reject: false })
  if (exitCode !== 0 && !stderr.includes('No such process')) throw new Error(`the route ${range} cannot be removed: ${stderr}`)
}

function describe(name: string): Namespace {
  const namespace = namespaces.find((one) => one.name === name)
  if (namespace === undefined) throw new Error(`no namespace ${name} in the lab; there are ${namespaces.map((one) => one.name).join(', ')}`)
  return namespace
}

async function makeFabric(): Promise<void> {
  await addNamespace(fabric.name)
  const present = await linkNames(fabric.name)
  const commands = fabric.wires.flatMap((wire) => [
    ...(present.includes(wire) ? [] : [`link add ${wire} type bridge forward_delay 0`]),
    `link set ${wire} up`,
  ])
  await ip(fabric.name, ['link set lo up', ...commands, `address replace ${fabric.internetRouter}/24 dev inet`])
  await setSysctls(fabric.name, {
    'net.ipv4.ip_forward': '1',
    'net.ipv4.conf.all.send_redirects': '0',
    'net.ipv4.conf.inet.send_redirects': '0',
    // "Unreachable" is said every time, or some connections would wait for minutes.
    'net.ipv4.icmp_ratelimit': '0',
  })
}

async function makeNamespace(namespace: Namespace): Promise<void> {
  await addNamespace(namespace.name)
  const present = await linkNames(namespace.name)
  for (const link of namespace.links.filter((one) => !present.includes(one.name))) {
    await ip(fabric.name, [
      `link add ${portOf(link)} type veth peer name ${link.name} address ${macOf(link)} netns ${namespace.name}`,
      `link set ${portOf(link)} master ${link.wire} up`,
    ])
  }
  await ip(namespace.name, [
    'link set lo up',
    ...namespace.links.flatMap((link) => [`address replace ${link.address}/${link.prefix} dev ${link.name}`, `link set ${link.name} up`]),
    ...namespace.routes.map((route) => `route replace ${route.to} via ${route.via}`),
  ])
  await setSysctls(namespace.name, namespace.sysctls)
  if (namespace.firewall !== undefined) {
    await execa(...inNamespace(namespace.name, 'nft', ['-f', '-']), { input: `table ip annex\ndelete table ip annex\n${namespace.firewall}\n` })
  }
}

async function removeNamespace(namespace: Namespace): Promise<void> {
  if (namespaceExists(fabric.name)) {
    // The kernel takes a namespace apart later, in its own time; its links must be gone now, so that they can be made again.
    const ports = await linkNames(fabric.name)
    const own = namespace.links.map(portOf).filter((port) => ports.includes(port))
    await ip(fabric.name, own.map((port) => `link delete ${port}`))
  }
  await deleteNamespace(namespace.name)
}

async function addNamespace(name: string): Promise<void> {
  if (namespaceExists(name)) return
  rmSync(`/run/netns/${name}`, { force: true })
  await change(['netns', 'add', name])
}

async function deleteNamespace(name: string): Promise<void> {
  if (namespaceExists(name)) await change(['netns', 'delete', name])
}

/**
 * Runs `ip` so that it is waited for even after the run that called it was killed.
 * Two `ip netns add` of one name at once leave mounts on top of each other, which `ip netns delete` cannot take away.
 */
async function change(args: string[], input = ''): Promise<void> {
  mkdirSync(ownerFolder, { recursive: true })
  await execa('flock', ['--shared', ownerFolder, 'ip', ...args], { input })
}

/** Whoever is inside `change` holds the lock shared. */
async function killedRunsHaveEnded(): Promise<void> {
  mkdirSync(ownerFolder, { recursive: true })
  await execa('flock', [ownerFolder, 'true'])
}

/** Name of the fabric's end of a link, at most 15 characters long. */
function portOf(link: Link): string {
  return `${link.wire}-${link.address.split('.')[3]}`
}

/** The same address has the same MAC after a power cycle, so that no neighbour holds a stale one. */
function macOf(link: Link): string {
  const wires: Record<Wire, string> = { inet: '01', cloud: '02', lan: '03' }
  const last = Number(link.address.split('.')[3]).toString(16).padStart(2, '0')
  return `02:61:6e:6e:${wires[link.wire]}:${last}`
}

async function linkNames(namespace: string): Promise<string[]> {
  const { stdout } = await execa('ip', ['-n', namespace, '-j', 'link', 'show'])
  return (JSON.parse(stdout || '[]') as { ifname: string }[]).map((link) => link.ifname)
}

async function ip(namespace: string, commands: string[]): Promise<void> {
  if (commands.length > 0) await change(['-n', namespace, '-batch', '-'], commands.join('\n'))
}

async function setSysctls(namespace: string, sysctls: Record<string, string>): Promise<void> {
  const settings = Object.entries(sysctls).map(([key, value]) => `${key}=${value}`)
  if (settings.length > 0) await execa(...inNamespace(namespace, 'sysctl', ['-q', '-w', ...settings]))
}
