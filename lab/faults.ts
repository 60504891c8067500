/** Things that break, each on command and each with its undo. */
import { execa } from 'execa'
import { inNamespace } from './environment.ts'
import { bootHost, initOf, killHost, rebootHost, runInHost } from './host.ts'
import { lastLines, startProcess, stopProcess, until } from './processes.ts'
import { setMirrorFault } from './services.ts'
import { fabric, type HostName, hosts } from './topology.ts'

interface Fault {
  usage: string
  what: string
  run: (args: string[]) => Promise<unknown>
}

const faults: Record<string, Fault> = {
  'cut-tunnel': { usage: 'HOST', what: "drop a VPS's WireGuard traffic; SSH goes on", run: ([host]) => cutTunnel(known(host)) },
  'mend-tunnel': { usage: 'HOST', what: 'let it through again', run: ([host]) => mendTunnel(known(host)) },
  kill: { usage: 'HOST', what: 'pull the plug', run: ([host]) => killHost(known(host)) },
  boot: { usage: 'HOST', what: 'switch it on again', run: ([host]) => bootHost(known(host)) },
  reboot: { usage: 'HOST', what: 'pull the plug and switch on again', run: ([host]) => rebootHost(known(host)) },
  'drop-ssh': { usage: 'HOST', what: 'end all SSH sessions of a host; sshd goes on', run: ([host]) => dropSsh(known(host)) },
  'hold-apt-lock': { usage: 'HOST', what: 'hold the lock of dpkg, as another apt would', run: ([host]) => holdAptLock(known(host)) },
  'release-apt-lock': { usage: 'HOST', what: 'release it', run: ([host]) => releaseAptLock(known(host)) },
  'fill-disk': { usage: 'HOST', what: "leave nothing free on a host's disk", run: ([host]) => fillDisk(known(host)) },
  'empty-disk': { usage: 'HOST', what: 'free it again', run: ([host]) => emptyDisk(known(host)) },
  mirror: { usage: 'down|slow|bad-signature|wrong-hash|well', what: 'make the apt mirror fail, or well again', run: ([state]) => mirror(state) },
}

/** Does what `npm run lab fault NAME ...` asks for; without a name it lists what there is. */
export async function fault([name, ...args]: string[]): Promise<void> {
  if (name === undefined) {
    for (const [one, { usage, what }] of Object.entries(faults)) console.log(`${`${one} ${usage}`.padEnd(54)}${what}`)
    return
  }
  const chosen = faults[name]
  if (chosen === undefined) throw new Error(`there is no fault ${JSON.stringify(name)}; there are ${Object.keys(faults).join(', ')}`)
  await chosen.run(args)
}

/** Drops the UDP between a VPS and the rest of the lab, on the wire: the host's own rules and counters do not show it. */
export async function cutTunnel(host: HostName): Promise<void> {
  const address = hosts[host].address
  const rules = `table bridge ${tableOf(host)} {
    chain forward {
      type filter hook forward priority filter
      ip saddr ${address} meta l4proto udp drop
      ip daddr ${address} meta l4proto udp drop
    }
  }`
  await mendTunnel(host)
  await nft(rules)
}

export async function mendTunnel(host: HostName): Promise<void> {
  await nft(`table bridge ${tableOf(host)}\ndelete table bridge ${tableOf(host)}`)
}

/** Ends every SSH session of a host, as a broken line would but at once; what ran in a session goes on until it notices. */
export async function dropSsh(host: HostName): Promise<void> {
  // One that has just ended by itself is no fault.
  await runInHost(host, 'bash', ['-c', 'for it in $(pgrep -x sshd | grep -vx "$(cat /run/sshd.pid)"); do kill -KILL "$it" 2>/dev/null || ! kill -0 "$it" 2>/dev/null; done'])
}

/** As another apt does: a lock by fcntl on dpkg's lock file, held by a process outside the host. */
export async function holdAptLock(host: HostName): Promise<void> {
  const script = `use Fcntl; open(my $lock, '+>', $ARGV[0]) or die $!;
    fcntl($lock, F_SETLKW, pack('s s x4 q q i x4', F_WRLCK, SEEK_SET, 0, 0, 0)) or die $!; syswrite(STDOUT, "held\\n"); sleep`
  const name = lockHolder(host)
  const before = heldLines(name)
  const mounts = ['nsenter', '--target', String(initOf(host)), '--mount', '--root', '--']
  await startProcess({ name, command: mounts[0]!, args: [...mounts.slice(1), 'perl', '-e', script, '/var/lib/dpkg/lock-frontend'] })
  await until(`the apt lock of ${host} is held`, 60, () => heldLines(name) > before)
}

export async function releaseAptLock(host: HostName): Promise<void> {
  await stopProcess(lockHolder(host))
}

/** Fills a host's disk to the last block. */
export async function fillDisk(host: HostName): Promise<void> {
  // fallocate takes all that is left in large pieces, dd what is between them; both end with "no space left".
  await runInHost(host, 'bash', ['-c', `fallocate --length "$(df --output=avail --block-size=1 /var | tail -n 1)" ${filler}; dd if=/dev/zero of=${filler}.rest bs=4k; true`], { timeout: 120_000 })
}

export async function emptyDisk(host: HostName): Promise<void> {
  await runInHost(host, 'rm', ['-f', filler, `${filler}.rest`])
}

async function mirror(state: string | undefined): Promise<void> {
  const states = ['down', 'slow', 'bad-signature', 'wrong-hash'] as const
  const chosen = states.find((one) => one === state)
  if (chosen === undefined && state !== 'well') throw new Error(`npm run lab fault mirror: ${states.join(', ')} or well, not ${JSON.stringify(state ?? '')}`)
  await setMirrorFault(chosen)
}

const filler = '/var/tmp/fill-disk'
// Named after the host, so that it ends when the host does.
const lockHolder = (host: HostName) => `host-${host}-apt-lock`
const tableOf = (host: HostName) => `cut-${host}`

function known(host: string | undefined): HostName {
  if (host === undefined || !(host in hosts)) throw new Error(`which host? One of ${Object.keys(hosts).join(', ')}, not ${JSON.stringify(host ?? '')}`)
  return host as HostName
}

/** How often a process's log says that it holds the lock; its log goes on over several starts. */
function heldLines(name: string): number {
  return lastLines(name, Infinity).split('\n').filter((line) => line === 'held').length
}

async function nft(rules: string): Promise<void> {
  await execa(...inNamespace(fabric.name, 'nft', ['--file', '-']), { input: rules })
}
