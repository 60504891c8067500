/** The lab as a whole: up, down, and what of it runs. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { execa } from 'execa'
import { Listr, type ListrTask } from 'listr2'
import { isAlive, startTime, withLock } from '../tools/lock.ts'
import { duration } from '../tools/progress.ts'
import { ensureTools } from '../tools/tools.ts'
import { ensureSuite } from './artifacts/packages.ts'
import { applyAddons, joinCloudWorker, untilCloudReady } from './cloud.ts'
import { startControlPlane } from './control-plane.ts'
import { checkout, labFolder, labPath } from './environment.ts'
import { bootHost, hostIsOn, hostRemains, killHost } from './host.ts'
import { fewWatches, loadModules, refuseMachine, requireRoom } from './machine.ts'
import { abandonedBy, addCloudRoute, applyNetwork, namespaceExists, networkOwner, processesInside, refuseForeignNetwork, removeNetwork, tunnelRoute } from './network.ts'
import { processId, recordedProcesses, stopProcess, until } from './processes.ts'
import { deleteHost, makeHost, publishKeys } from './provider.ts'
import { type Image, releases } from './image.ts'
import { imageReady, imageSeconds, makeImage } from './rootfs.ts'
import { startServices } from './services.ts'
import { compileProgram, programCompiled } from './stack.ts'
import { makeOperatorKey, startAgent, writeKnownHosts } from './ssh.ts'
import { fabric, type HostName, hosts, namespaces } from './topology.ts'

/** What the hosts write until a stack is up, in bytes. */
const hostsDisks = 4 * 2 ** 30

const hostNames = Object.keys(hosts) as HostName[]

/**
 * Brings the whole lab up, or whatever of it is not; what runs is left alone. About 20 s from a full cache, some 20 minutes without one.
 * @throws with the fix, when this machine cannot have it.
 */
export async function up(): Promise<void> {
  refuseMachine()
  refuseForeignNetwork()
  if (!namespaceExists(fabric.name)) {
    requireRoom(labFolder, hostsDisks, "for the hosts' disks", 'move the checkout to a larger disk')
    const warning = fewWatches()
    if (warning !== undefined) console.error(warning)
    await loadModules()
  }
  await ensureTools()
  await clearAbandoned()
  await withLock(labPath('lock'), () => new Listr(tasks(), renderer).run(), sayWaiting)
}

/** Takes the whole lab away: processes, mounts, namespaces, cgroups, loop devices, and all that it has written but the logs. */
export async function down(): Promise<void> {
  refuseMachine()
  refuseForeignNetwork()
  refuseOwnShell()
  await withLock(labPath('lock'), takeDown, sayWaiting)
}

/**
 * Gives a host back and takes a new one of the same name: another disk, another host key. Nobody brings the lab up meanwhile, and this host with it.
 * @param image made where it is missing, as are its packages. Default: the topology's
 */
export async function reinstallHost(name: HostName, image: Image = hosts[name].image): Promise<void> {
  await makeImage(image)
  await ensureSuite(releases[image])
  await withLock(labPath('lock'), async () => {
    await killHost(name)
    await deleteHost(name)
    await makeHost(name, image)
    await bootHost(name)
    writeKnownHosts()
  }, sayWaiting)
}

export interface Status { what: string; state: 'up' | 'down' }

/** What of the lab runs, in the order in which it comes up. */
export function status(): Status[] {
  const state = (is: boolean) => (is ? 'up' : 'down') as Status['state']
  const networks = [fabric, ...namespaces].map(({ name }) => ({ what: `namespace ${name}`, state: state(namespaceExists(name) && networkOwner() === checkout) }))
  const machines = hostNames.map((name) => ({ what: `host ${name}`, state: state(hostIsOn(name)) }))
  const others = recordedProcesses().filter((name) => !name.startsWith('host-'))
  return [...networks, ...others.map((name) => ({ what: `process ${name}`, state: state(processId(name) !== undefined) })), ...machines]
}

const sayWaiting = (holder: number) => console.error(`Waiting: another run (process ${holder}) changes the lab`)

// On a terminal one line per task, elsewhere a line for each start and end.
const renderer = { fallbackRenderer: 'simple', fallbackRendererCondition: () => !process.stdout.isTTY || process.env['CI'] !== undefined } as const

function tasks(): ListrTask[] {
  return [
    { title: 'Images of the hosts', skip: () => images.every(imageReady), task: (_, task) => task.newListr(images.map(imageTask), { concurrent: true }) },
    { title: 'Network, keys', task: prepare },
    {
      title: 'Cloud, services and hosts',
      task: (_, task) => task.newListr([
        { title: 'Control plane', task: async () => { await startControlPlane(); await applyAddons() } },
        { title: 'Program compiled', skip: programCompiled, task: compileProgram },
        { title: 'Packages and images', task: (_context, own) => startServices((step) => { own.output = step }) },
        ...hostNames.map((name) => ({ title: `Host ${name}`, task: () => bootHost(name) })),
      ], { concurrent: true }),
    },
    {
      title: 'Cloud worker joins',
      task: async () => {
        writeKnownHosts()
        await joinCloudWorker('cloud-worker-1', '10.10.0.21')
        await untilCloudReady('cloud-worker-1')
      },
    },
  ]
}

const images: Image[] = ['debian-12', 'cloud-node']

function imageTask(image: Image): ListrTask {
  return {
    title: `${image}, made once`,
    task: async (_, task) => {
      const start = Date.now()
      await makeImage(image, (step) => {
        const left = imageSeconds - (Date.now() - start) / 1000
        task.output = `${step} (about ${duration(Math.max(left, 5))} left)`
      })
    },
  }
}

async function prepare(): Promise<void> {
  await applyNetwork()
  // annex states which entry is needed; entering it is the work of the cloud's operator, who is the lab.
  await addCloudRoute(tunnelRoute)
  await makeOperatorKey()
  await publishKeys()
  await startAgent()
}

async function clearAbandoned(): Promise<void> {
  const owner = abandonedBy()
  if (owner === undefined) return
  console.log(`The lab of ${owner} is still on this machine, but nobody can use it any more: clearing it`)
  await Promise.all(hostNames.map(killHost))
  await endProcesses((pid) => argumentsOf(pid).some((argument) => argument.startsWith(`${owner}/.lab/`)))
  await clearNetwork()
}

async function clearNetwork(): Promise<void> {
  // Whatever somebody still runs inside, such as an open `npm run shell`, would keep the namespaces alive.
  const inside = processesInside()
  await endProcesses((pid) => inside.includes(pid))
  await removeNetwork()
}

async function takeDown(): Promise<void> {
  await Promise.all(hostNames.map(killHost))
  await Promise.all(recordedProcesses().map((name) => stopProcess(name, 2)))
  await clearNetwork()
  for (const entry of readdirSync(labFolder).filter((name) => name !== 'log' && !name.startsWith('lock'))) {
    await execa('rm', ['-rf', '--one-file-system', path.join(labFolder, entry)])
  }
}

/** `npm run down` from the lab's own shell would end itself half way. */
function refuseOwnShell(): void {
  if (processesInside().includes(process.pid)) {
    throw new Error('this is the shell of the lab: leave it first (exit), then npm run down')
  }
}

async function endProcesses(which: (pid: number) => boolean): Promise<void> {
  const found = readdirSync('/proc').map(Number).filter((pid) => pid > 0 && which(pid))
  const processes = found.map((pid) => ({ pid, started: startTime(pid) ?? '' })).filter(isAlive)
  for (const { pid } of processes) process.kill(pid, 'SIGTERM')
  try {
    await until('what runs in the lab has ended', 3, () => !processes.some(isAlive))
  } catch {
    for (const one of processes.filter(isAlive)) process.kill(one.pid, 'SIGKILL')
    await until('what runs in the lab has been killed', 10, () => !processes.some(isAlive))
  }
}

function argumentsOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  } catch {
    return []
  }
}

/** What the machine still has of the lab, one line each; nothing after `down`. */
export async function remains(): Promise<string[]> {
  const mounts = readFileSync('/proc/mounts', 'utf8').split('\n').map((line) => line.split(' ')[1] ?? '').filter((mount) => mount.startsWith(`${labFolder}/`))
  const networks = [fabric, ...namespaces].map(({ name }) => name).filter(namespaceExists)
  const processes = recordedProcesses().filter((name) => processId(name) !== undefined)
  return [
    ...networks.map((name) => `network namespace ${name}`),
    ...mounts.map((mount) => `mount ${mount}`),
    ...processes.map((name) => `process ${name}`),
    ...(await Promise.all(hostNames.map(hostRemains))).flat(),
  ]
}
