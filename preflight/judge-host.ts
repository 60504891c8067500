/** Whether a host can do what is asked of it, from facts alone: every fault at once, each with the value seen and the fix. */
import { overlap } from '../config/ranges.ts'
import type { HostFacts } from '../host/facts.ts'

/** What a role asks of a host. */
export interface Expectations {
  /** Range of the tunnel and those that will be routed into it, IPv4 CIDR, with the options that they are from. */
  ranges: { range: string; option: string }[]
  /** Interfaces whose routes are annex's own or the CNI's; one that ends in "*" stands for all that begin so. */
  ownInterfaces: string[]
  /** Seconds since 1970, of whoever looks. */
  now: number
  /** UDP and TCP ports that must be free, or held by the process named. */
  ports: {
    protocol: 'tcp' | 'udp'
    port: number
    owners: string[]
    /** The owners are annex's only where it has this section on the host. */
    section?: string
    /** Asked no more of a node of the cluster, where whatever the cluster runs may hold it. */
    beforeJoin?: boolean
  }[]
  /** TCP port that the firewall will leave open for SSH; undefined for a host whose firewall is left alone. */
  sshPort?: number
  /** Bytes. */
  memory: number
  disk: number
  /** A worker runs the kubelet and pods. */
  worker: boolean
  cgroupV1Allowed: boolean
  /** Volumes of a worker, and the folder or disk that they take their room from; bytes. */
  pool?: { path: string; size?: number; volumes: { name: string; size: number }[] }
  /** Sources that a worker brings with its own keys; of a flat one the suite ends in "/". */
  sources: { uri: string; suite: string }[]
  /** annex's interface, the section of the host that makes it, and its MTU in bytes. */
  tunnel: { interface: string; section: string; mtu: number }
  /** Package versions that a worker will pin. */
  pinned: { name: string; version: string }[]
}

export interface Fault {
  id: string
  seen: string
  allowed: string
  fix: string
}

/** Kubernetes' certificates and bootstrap tokens do not bear much more. */
const clockSeconds = 30

/** @returns no faults where everything fits. */
export function judgeHost(facts: HostFacts, wanted: Expectations): Fault[] {
  const rules = wanted.worker ? [...everyHost, ...everyWorker] : everyHost
  return rules.flatMap((rule) => rule(facts, wanted))
}

type Rule = (facts: HostFacts, wanted: Expectations) => Fault[]

const system: Rule = ({ os }) => {
  const oldest = { debian: 11, ubuntu: 22.04 }[os.id]
  return oldest !== undefined && Number.parseFloat(os.version) >= oldest ? [] : [{
    id: 'os', seen: `it runs ${os.name || os.id || 'an unknown system'}`, allowed: 'Debian 11 or newer, or Ubuntu 22.04 or newer, is needed', fix: 'Reinstall the host with one of them.',
  }]
}

const architecture: Rule = (facts) => (['x86_64', 'aarch64'].includes(facts.architecture) ? [] : [{
  id: 'architecture', seen: `its processor is ${facts.architecture}`, allowed: 'x86_64 or aarch64 is needed', fix: 'Take another host: the packages are not made for this one.',
}])

const clock: Rule = (facts, { now }) => {
  const off = Math.round(facts.clock - now)
  return Math.abs(off) <= clockSeconds ? [] : [{
    id: 'clock', seen: `its clock is ${Math.abs(off)} s ${off > 0 ? 'ahead' : 'behind'}`, allowed: `at most ${clockSeconds} s are allowed`, fix: 'Set it and keep it set: timedatectl set-ntp true.',
  }]
}

/** A route into a range that the tunnel will take: one of the two would lose its traffic. */
const routes: Rule = (facts, { ranges, ownInterfaces, worker }) => facts.routes
  // A blackhole: Calico has one for the node's range of pods.
  .filter(({ interface: name }) => name !== '-' || facts.node === undefined)
  // IPv6 routes are no conflict: the ranges are IPv4.
  .filter(({ to, interface: name }) => /^[\d.]+(\/\d+)?$/.test(to) && !ownInterfaces.some((own) => matchesInterface(own, name)))
  .map((route) => ({ ...route, to: route.to.includes('/') ? route.to : `${route.to}/32` }))
  // A gateway's wider one through a router is the cloud's way to all its networks: annex's is more specific, and nothing is lost.
  .flatMap((route) => ranges.filter(({ range }) => overlap(range, route.to) && (worker || route.via === undefined || width(route.to) >= width(range))).map(({ range, option }) => ({
    id: 'routes', seen: `it routes ${route.to} to ${route.interface}`, allowed: `the tunnel will route ${range} (${option})`,
    fix: option === 'annex:tunnel.range' ? 'Choose another one, or take the route away.' : 'Take the route away: put the host into another network of its provider, or take that interface off it.',
  })))

/** Bits of a CIDR's prefix. */
const width = (range: string) => Number(range.split('/')[1])

const ports: Rule = (facts, wanted) => wanted.ports.filter(({ beforeJoin }) => !beforeJoin || facts.node === undefined).flatMap(({ protocol, port, owners, section }) => facts.listening
  .filter((it) => it.protocol === protocol && it.port === port && !(owners.includes(it.process) && (section === undefined || facts.sections.includes(section))))
  .map((it) => ({
    id: 'ports', seen: `${protocol} port ${port} is used by ${it.process || 'another process'}`, allowed: 'it must be free', fix: 'Stop that service, or configure another port.',
  })))

const tun: Rule = ({ kernelHas }) => (kernelHas.wireguard || kernelHas.tun ? [] : [{
  id: 'tun', seen: 'its kernel has neither WireGuard nor /dev/net/tun', allowed: 'one of them is needed', fix: 'Ask the provider to enable TUN (usual with container-based VPS), or take another host.',
}])

const tunnel: Rule = ({ addresses, sections }, { tunnel: { interface: name, section } }) => (sections.includes(section) || !addresses.some((it) => it.interface === name) ? [] : [{
  id: 'tunnel', seen: `it has an interface ${name} that annex did not make`, allowed: `${name} is the tunnel’s`, fix: `Take it away, or give it another name: wg-quick down ${name}; systemctl disable wg-quick@${name}.`,
}])

const everyHost: Rule[] = [system, architecture, clock, routes, ports, tun, tunnel]

const cgroups: Rule = ({ cgroupVersion }, { cgroupV1Allowed }) => (cgroupVersion === 2 || (cgroupVersion === 1 && cgroupV1Allowed) ? [] : [{
  id: 'cgroups', seen: cgroupVersion === 0 ? 'it has no cgroups' : 'it has cgroup v1', allowed: 'cgroup v2 is needed', fix: cgroupVersion === 0 ? 'Take another host: pods cannot be bounded on this one.' : 'Boot it with systemd.unified_cgroup_hierarchy=1.',
}])

const swap: Rule = (facts) => (facts.swap.length === 0 ? [] : [{
  id: 'swap', seen: `swap is on (${facts.swap.join(', ')})`, allowed: 'the kubelet wants none', fix: 'swapoff -a, and keep it off over a boot: take its line out of /etc/fstab; where there is none, remove what makes it (zram-tools, systemd-zram-generator), or systemctl mask its unit (systemctl list-units --type swap).',
}])

const kernel: Rule = ({ kernelHas }) => (['overlay', 'br_netfilter', 'vxlan', 'nf_tables', 'ip_set'] as const).filter((name) => !kernelHas[name]).map((name) => ({
  id: 'kernel', seen: `its kernel has no ${name}`, allowed: 'containerd, the CNI and NetworkPolicy need it', fix: 'Install the distribution’s full kernel, or take another host.',
}))

const memory: Rule = (facts, wanted) => (facts.memory.total >= wanted.memory ? [] : [{
  id: 'memory', seen: `it has ${mebibytes(facts.memory.total)} of memory`, allowed: `at least ${mebibytes(wanted.memory)} are needed`, fix: 'Take a larger host.',
}])

/** With less of its disk free a kubelet ends pods and takes no more (imagefs.available of evictionHard, Kubernetes' node-pressure eviction). */
const evictionShare = 0.15

/** Once annex has worked there, its packages and volumes are part of what is used. */
const disk: Rule = ({ sections, disk: { free, total } }, wanted) => {
  const needed = wanted.disk + evictionShare * total
  return sections.length > 0 || free >= needed ? [] : [{
    id: 'disk', seen: `it has ${mebibytes(free)} free`, allowed: `at least ${mebibytes(needed)} are needed for packages, images and volumes, and for the 15 % below which a kubelet ends pods`, fix: 'Free some, take smaller volumes, or take a larger host.',
  }]
}

/** Bytes that stay free beside the volumes; host/kinds/volume.sh leaves them too. */
const poolReserve = 64 * 2 ** 20

const pool: Rule = ({ disk: { total }, pool: found }, { pool: asked }) => {
  if (found === undefined || asked === undefined) return []
  const { path, size, volumes } = asked
  // Where the volumes share the kubelet's disk.
  const reserve = found.total === total ? Math.max(poolReserve, evictionShare * total) : poolReserve
  const missing = volumes.reduce((sum, it) => sum + Math.max(0, it.size - (found.volumes[it.name] ?? 0)), 0)
  return [
    ...(size === undefined || size <= found.total ? [] : [{
      id: 'pool', seen: `the disk of ${path} has ${mebibytes(found.total)}`, allowed: `storage.size is ${mebibytes(size)}`, fix: 'Make the disk larger, or storage.size smaller.',
    }]),
    ...(missing === 0 || missing + reserve <= found.free ? [] : [{
      id: 'pool', seen: `${mebibytes(found.free)} are free in ${path}`, allowed: `its volumes need ${mebibytes(missing)} more, and ${mebibytes(reserve)} stay free`, fix: 'Make the disk larger, or take smaller or fewer volumes.',
    }]),
    ...volumes.filter((it) => it.size < (found.volumes[it.name] ?? 0)).map((it) => ({
      id: 'shrink', seen: `the volume ${it.name} has ${mebibytes(found.volumes[it.name]!)}`, allowed: `${mebibytes(it.size)} are configured, and a volume cannot be made smaller`, fix: 'Leave its size, or make a new volume and copy the data (docs/storage.md).',
    })),
  ]
}

const ssh: Rule = (facts, { sshPort }) => {
  const listening = facts.listening.filter(({ process }) => /^sshd/.test(process)).map(({ port }) => port)
  return sshPort === undefined || listening.length === 0 || listening.includes(sshPort) ? [] : [{
    id: 'ssh', seen: `sshd listens on ${listening.join(', ')}, not on ${sshPort}`, allowed: 'the firewall leaves only that port open', fix: `Set ssh.listenPort: ${listening[0]} for this worker.`,
  }]
}

const held: Rule = (facts, { pinned }) => facts.packages.flatMap(({ name, version, held: isHeld }) => {
  const pin = pinned.find((it) => it.name === name)
  return !isHeld || pin === undefined || pin.version === version || facts.sections.length > 0 ? [] : [{
    id: 'held', seen: `${name} ${version} is held`, allowed: `${pin.version} is to be installed`, fix: `apt-mark unhold ${name}, if nobody needs that version.`,
  }]
})

/** Debian's, in whose place containerd.io comes with a runc of its own: they conflict. */
const conflicts: Rule = (facts) => facts.packages.filter(({ name }) => ['containerd', 'runc'].includes(name)).map(({ name, version }) => ({
  id: 'conflicts', seen: `it has the package ${name} ${version}`, allowed: 'containerd.io comes in its place, and annex removes nothing of somebody else’s', fix: `apt-get purge ${name}, if nobody needs it.`,
}))

/** apt reads no source at all where one is there twice with different keys. */
const sources: Rule = (facts, { sources: brought }) => facts.aptSources.filter((found) => brought.some((it) => it.uri.replace(/\/+$/, '') === found.uri && it.suite === found.suite))
  .map(({ file, uri, suite, signedBy }) => ({
    id: 'sources', seen: `${file} has ${uri} ${suite}, to be verified by ${signedBy || 'apt’s own keyring'}`, allowed: 'annex brings that source with its own key, and apt refuses one that is there with two', fix: `Take it out of ${file}.`,
  }))

const everyWorker: Rule[] = [cgroups, swap, kernel, memory, disk, pool, ssh, sources, held, conflicts]

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MiB`
}

/** Whether a name of interfaces, which may end in "*", is also this one's. */
export function matchesInterface(pattern: string, name: string): boolean {
  return pattern === name || (pattern.endsWith('*') && name.startsWith(pattern.slice(0, -1)))
}
