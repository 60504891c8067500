import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { rmdir } from 'node:fs/promises'
import path from 'node:path'
import { execa, type Options } from 'execa'
import { renewNamespace } from './network.ts'
import { lastLines, processId, recordedProcesses, startProcess, stopProcess, until } from './processes.ts'
import { hostFolder, makeHost } from './provider.ts'
import { type HostName, hosts } from './topology.ts'

export { hosts } from './topology.ts'
export { hostConnection } from './ssh.ts'

const processName = (name: HostName) => `host-${name}`

/**
 * Boots a host, unless it runs, and waits until its start-up is over.
 * Its disk is what it was; its network is new: links, routes and rules that the host itself had made are gone.
 */
export async function bootHost(name: HostName): Promise<void> {
  if (processId(processName(name)) === undefined) {
    await clearRemains(name)
    const image = await makeHost(name)
    await renewNamespace(hosts[name].namespace)
    await startProcess({
      name: processName(name),
      command: 'unshare',
      args: ['--mount', path.join(import.meta.dirname, 'host/boot.sh'), name, image, hostFolder(name)],
    })
  }
  await waitUntilBooted(name)
}

/** Pulls a host's plug. What it had written to its disk stays; nothing is asked, so this also ends a host that hangs. */
export async function killHost(name: HostName): Promise<void> {
  await Promise.all(recordedProcesses().filter((one) => one.startsWith(`${processName(name)}-`)).map((one) => stopProcess(one)))
  const init = initOf(name)
  if (init !== undefined) {
    // Its process namespace goes with it, whatever runs in there.
    process.kill(init, 'SIGKILL')
    await until(`${name} is off`, 30, () => processId(processName(name)) === undefined)
  }
  await stopProcess(processName(name), 0)
  await clearRemains(name)
}

/** Pulls a host's plug and boots it again. */
export async function rebootHost(name: HostName): Promise<void> {
  await killHost(name)
  await bootHost(name)
}

/** True when the host is on. */
export function hostIsOn(name: HostName): boolean {
  return processId(processName(name)) !== undefined
}

/** What the machine still has of a host that is off, one line each. */
export async function hostRemains(name: HostName): Promise<string[]> {
  return [...cgroupsOf(name).map((group) => `cgroup ${group}`), ...(await loopsOf(name)).map(({ device }) => `loop device ${device}`)]
}

/** Runs a command on a host as root, from its console: no SSH, no network. Takes execa's options. */
export function runInHost<O extends Options>(name: HostName, command: string, args: readonly string[] = [], options?: O) {
  const init = initOf(name)
  if (init === undefined) throw new Error(`${name} is off: npm run lab up`)
  const spaces = ['--mount', '--uts', '--ipc', '--net', '--pid', '--cgroup', '--root', '--wd']
  return execa('nsenter', ['--target', String(init), ...spaces, '--', command, ...args], {
    ...options,
    env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root', LANG: 'C.UTF-8', ...options?.env },
    extendEnv: false,
  } as unknown as O)
}

/** The machine's id for a host's first process; undefined when the host is off. */
export function initOf(name: HostName): number | undefined {
  const nspawn = processId(processName(name))
  if (nspawn === undefined) return undefined
  const children = readFileSync(`/proc/${nspawn}/task/${nspawn}/children`, 'utf8').trim().split(' ').filter(Boolean)
  return children.map(Number).find((child) => /^NSpid:\s+\d+\s+1$/m.test(readStatus(child)))
}

function readStatus(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8')
  } catch {
    return ''
  }
}

async function waitUntilBooted(name: HostName): Promise<void> {
  await until(`${name} has booted`, 90, async () => {
    if (!hostIsOn(name)) throw new Error(`${name} went off while it booted; the end of its log:\n${lastLines(processName(name))}`)
    if (initOf(name) === undefined) return false
    const answer = await runInHost(name, 'systemctl', ['is-system-running', '--wait'], { reject: false, timeout: 60_000 })
    return ['running', 'degraded'].includes(String(answer.stdout).trim())
  })
}

/** Ends what a host that is off has left behind. In its cgroups are only processes that it started. */
async function clearRemains(name: HostName): Promise<void> {
  for (const group of cgroupsOf(name)) await until(`${group} is empty`, 20, () => removeGroup(group))
  // Its disk may be mounted again only when nothing uses it any more.
  await until(`the disk of ${name} is released`, 20, async () => {
    const [disk, ...inner] = await loopsOf(name)
    for (const { device } of inner) await execa('losetup', ['--detach', device])
    return disk === undefined
  })
  const propagate = `/run/systemd/nspawn/propagate/annex-${name}`
  if (existsSync(propagate)) await rmdir(propagate)
  rmSync(`/run/systemd/nspawn/unix-export/annex-${name}`, { recursive: true, force: true })
}

interface Loop { device: string; number: string; file: string; on: string }

/** The loop device of a host's disk, then those that the host itself has put on files of it. */
async function loopsOf(name: HostName): Promise<Loop[]> {
  const { stdout } = await execa('losetup', ['--list', '--json', '--output', 'NAME,MAJ:MIN,BACK-MAJ:MIN,BACK-FILE'])
  const listed = stdout === '' ? [] : (JSON.parse(stdout) as { loopdevices: Record<string, string | null>[] }).loopdevices
  const loops = listed.map((loop) => ({
    device: loop['name']!,
    number: loop['maj:min']!.trim(),
    on: loop['back-maj:min']?.trim() ?? '',
    file: loop['back-file'] ?? '',
  }))
  const disks = loops.filter(({ file }) => file.startsWith(path.join(hostFolder(name), 'disk.img')))
  return [...disks, ...loops.filter(({ on }) => disks.some(({ number }) => number === on))]
}

/** One in each controller (cgroup v1), or one at the top (v2). */
function cgroupsOf(name: HostName): string[] {
  const root = '/sys/fs/cgroup'
  // Links are other names of the same (cpu for cpu,cpuacct).
  const controllers = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map((entry) => entry.name)
  return ['.', ...controllers].map((controller) => path.join(root, controller, `annex-${name}`)).filter((group) => existsSync(group))
}

/** Returns true when the group and all below it are gone. */
async function removeGroup(group: string): Promise<boolean> {
  for (const entry of readdirSync(group, { withFileTypes: true })) {
    if (entry.isDirectory() && !(await removeGroup(path.join(group, entry.name)))) return false
  }
  try {
    for (const pid of readFileSync(path.join(group, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean)) process.kill(Number(pid), 'SIGKILL')
    await rmdir(group)
    return true
  } catch {
    return false
  }
}
