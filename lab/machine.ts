/** What the lab asks of the machine it runs on. */
import { execa } from 'execa'
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, statfsSync, statSync } from 'node:fs'

/** Watches (inotify instances) of root that the lab with two joined VPS takes. */
const neededWatches = 100

/** @throws when the lab cannot run here, with the fix. */
export function refuseMachine(): void {
  if (process.getuid?.() !== 0) throw new Error('the lab makes network namespaces, mounts and cgroups of its own: run it as root')
  for (const device of ['/dev/net/tun', '/dev/fuse', '/dev/kmsg', '/dev/loop-control']) {
    if (!existsSync(device)) throw new Error(`this machine has no ${device}, which a host of the lab needs: load its kernel module, or pass the device into this container`)
  }
}

/** What hosts need of the kernel: they have no modules of their own to load it from. One that is built in, or is not there, is not told of here: the preflight of a host does. */
export async function loadModules(): Promise<void> {
  await execa('modprobe', ['--all', '--quiet', 'tun', 'wireguard', 'br_netfilter', 'overlay', 'vxlan', 'nf_tables', 'ip_set', 'loop'], { reject: false })
}

/**
 * @param purpose as in "no disk left for the first build"
 * @param otherwise what to do other than freeing some
 * @throws when the folder's disk has less than so many bytes free.
 */
export function requireRoom(folder: string, bytes: number, purpose: string, otherwise: string): void {
  mkdirSync(folder, { recursive: true })
  const { bavail, bsize } = statfsSync(folder)
  if (bavail * bsize >= bytes) return
  const megabytes = (count: number) => `${Math.floor(count / 2 ** 20)} MB`
  throw new Error(`no disk left ${purpose}: ${folder} has ${megabytes(bavail * bsize)} free and needs ${megabytes(bytes)}. Free some, or ${otherwise}.`)
}

/** One line where root's inotify instances may not be enough for the lab; it is a setting of the machine, so the lab leaves it alone. */
export function fewWatches(): string | undefined {
  const limit = Number(readFileSync('/proc/sys/fs/inotify/max_user_instances', 'utf8'))
  const used = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid)).map(watchesOf).reduce((sum, count) => sum + count, 0)
  if (limit - used >= neededWatches) return undefined
  return `fs.inotify.max_user_instances is ${limit} and ${used} are in use; the lab takes up to ${neededWatches}. If something reports "too many open files": sysctl -w fs.inotify.max_user_instances=512`
}

function watchesOf(pid: string): number {
  try {
    if (statSync(`/proc/${pid}`).uid !== 0) return 0
    return readdirSync(`/proc/${pid}/fd`).filter((fd) => readlink(`/proc/${pid}/fd/${fd}`) === 'anon_inode:inotify').length
  } catch {
    return 0
  }
}

function readlink(file: string): string | undefined {
  try {
    return readlinkSync(file)
  } catch {
    return undefined
  }
}
