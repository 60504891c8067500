/** The lab itself, on this machine: what the other tests stand on. The tests build on each other; the last takes it down. */
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { execa } from 'execa'
import { ensureImages } from '../../lab/artifacts/images.ts'
import { ensurePackages } from '../../lab/artifacts/packages.ts'
import { checkout, inNamespace, labFolder, runAsOperator } from '../../lab/environment.ts'
import * as faults from '../../lab/faults.ts'
import { bootHost, hostIsOn, killHost, rebootHost, runInHost } from '../../lab/host.ts'
import { down, remains, up } from '../../lab/lab.ts'
import { addCloudRoute, cloudRoutes, namespaceExists, networkOwner, processesInside, removeCloudRoute, tunnelRoute } from '../../lab/network.ts'
import { processId, recordedProcesses, stopProcess, until } from '../../lab/processes.ts'
import { makeImage } from '../../lab/rootfs.ts'
import { sshArguments } from '../../lab/ssh.ts'
import { type HostName, hosts } from '../../lab/topology.ts'
import { ensureTools } from '../../tools/tools.ts'

const vps = 'vps-worker-1'
const ownerFile = '/run/annex-lab/checkout'
const hostNames = Object.keys(hosts) as HostName[]

describe('the lab', function () {
  this.timeout(120_000)
  this.bail(true)
  let untouched: string[]

  before(async function () {
    this.timeout(30 * 60_000)
    await down()
    untouched = await machine()
    await ensureTools()
    await Promise.all([makeImage('debian-12'), makeImage('cloud-node')])
    await ensurePackages()
    await ensureImages()
  })

  after(() => {
    // A test that failed half way must not make the next suites fail for what it pretended.
    if (existsSync(ownerFile)) writeFileSync(ownerFile, `${checkout}\n`)
  })

  it('waits for what a killed start had called: no namespace is made twice', async () => {
    mkdirSync(path.dirname(ownerFile), { recursive: true })
    writeFileSync(ownerFile, `${checkout}\n`)
    const release = path.join(mkdtempSync(path.join(os.tmpdir(), 'annex-late-')), 'release')
    const late = execa('flock', ['--shared', path.dirname(ownerFile), 'sh', '-c', `until [ -e ${release} ]; do sleep 0.1; done; exec ip netns add annex-fabric`])
    await startUntil(() => {
      const waits = readdirSync('/proc').some((pid) => /^flock \/run\/annex-lab true/.test(commandLine(pid)))
      if (waits && !existsSync(release)) {
        assert.ok(!namespaceExists('annex-fabric'))
        writeFileSync(release, '')
      }
      return namespaceExists('annex-operator')
    })
    await late
    rmSync(path.dirname(release), { recursive: true })
    assert.equal(readFileSync('/proc/mounts', 'utf8').match(/ \/run\/netns\/annex-fabric /g)?.length, 1)
  })

  it('clears what is left of a lab whose checkout is gone', async () => {
    await startUntil(() => hostNames.some(hostIsOn))
    writeFileSync(ownerFile, '/gone/annex\n')
    // The agent belongs to no namespace; it would be found by the folder that is gone.
    for (const name of recordedProcesses().filter((one) => one !== 'ssh-agent')) rmSync(path.join(labFolder, 'processes', `${name}.json`))
    const { stdout } = await startUntil(() => networkOwner() === checkout)
    assert.match(String(stdout), /lab of \/gone\/annex is still on this machine, but nobody can use it any more: clearing it/)
  })

  it("clears what is left of another checkout's lab whose processes were all killed", async () => {
    await startUntil(() => hostNames.some(hostIsOn))
    writeFileSync(ownerFile, '/var/tmp\n')
    let lastSeen = Date.now()
    await until('all of them have ended', 30, async () => {
      const inside = processesInside().map(String)
      if (inside.length > 0) {
        lastSeen = Date.now()
        await execa('kill', ['-9', ...inside], { reject: false })
      }
      // What the killed start had called goes on outside the namespaces, and may yet start something inside.
      return Date.now() - lastSeen > 3000
    })
    const { stdout } = await startUntil(() => networkOwner() === checkout)
    assert.match(String(stdout), /lab of \/var\/tmp is still on this machine, but nobody can use it any more: clearing it/)
  })

  it('is up in 45 s or less from a full cache, also when an earlier start was killed half way', async () => {
    const start = Date.now()
    await up()
    assert.ok(Date.now() - start < 45_000, `${Date.now() - start} ms`)
  })

  it('leaves alone what runs when it is started again, and starts what does not', async () => {
    const before = ids()
    await stopProcess('kube-scheduler')
    await up()
    const { 'kube-scheduler': scheduler, ...others } = ids()
    assert.ok(scheduler !== undefined)
    assert.deepEqual({ ...others, 'kube-scheduler': before['kube-scheduler'] }, before)
  })

  it('has a cloud with one node that is Ready and no host of the internet in it', async () => {
    const { stdout } = await runAsOperator('kubectl', ['get', 'nodes', '--output', 'jsonpath={range .items[*]}{.metadata.name} {.metadata.labels.node-type} {.status.conditions[?(@.type=="Ready")].status}{"\\n"}{end}'])
    assert.equal(stdout, 'cloud-worker-1 cloud True')
  })

  it('answers kubectl logs and exec on a cloud node', async () => {
    const pod = ['--namespace', 'kube-system', 'daemonset/kube-proxy']
    assert.equal((await runAsOperator('kubectl', ['exec', ...pod, '--', 'sh', '-c', ':'], { reject: false })).exitCode, 0)
    assert.equal((await runAsOperator('kubectl', ['logs', ...pod, '--tail', '1'], { reject: false })).exitCode, 0)
  })

  it('lets the operator log in to every host with the key known beforehand, as root only where the provider allows it', async () => {
    for (const name of hostNames) {
      const { stdout } = await runAsOperator('ssh', [...sshArguments(name), 'hostname; sudo -n id -u'])
      assert.equal(stdout, `${name}\n0`)
    }
    const asRoot = sshArguments('vps-worker-2').map((argument) => argument.replace('debian@', 'root@'))
    assert.match(String((await runAsOperator('ssh', [...asRoot, 'true'], { reject: false })).stderr), /Permission denied/)
  })

  it('runs one command in the operator\'s place or on a host, and passes on its exit code', async () => {
    const run = (args: string[]) => execa(path.join(checkout, 'lab/run'), args, { reject: false })
    assert.match((await run(['shell', 'kubectl', 'get', 'nodes'])).stdout, /cloud-worker-1 +Ready/)
    assert.equal((await run(['shell', 'bash', '-c', 'pulumi version && exit 7'])).exitCode, 7)
    assert.match((await run(['ssh', vps, 'uptime'])).stdout, /load average/)
    assert.equal((await run(['ssh', vps, 'exit 9'])).exitCode, 9)
    // A bash that took itself for the first one would run the ~/.bashrc of whoever works here before each script.
    const { stdout } = await execa(path.join(checkout, 'lab/run'), ['shell', 'printenv', 'SHLVL'], { env: { SHLVL: undefined } })
    assert.ok(Number(stdout) >= 1)
    assert.match((await run(['ssh', 'vps-worker-9'])).stderr, /one of gateway, cloud-worker-1, vps-worker-1, vps-worker-2, not "vps-worker-9"/)
  })

  it('gives a VPS nothing but what a bare Debian has', async () => {
    for (const command of ['curl', 'wget', 'jq', 'python3', 'kubelet', 'wg', 'nft', 'iptables']) {
      assert.notEqual((await runInHost(vps, 'which', [command], { reject: false })).exitCode, 0, command)
    }
  })

  it("keeps the cloud's network out of reach of the internet's hosts, while the cloud reaches the internet", async () => {
    const ways = ['annex-vps-worker-1', 'annex-vps-worker-2', 'annex-operator'].flatMap((from) => ['10.10.0.10/6443', '10.10.0.21/22', '10.10.0.2/22'].map((port) => [from, port] as const))
    await Promise.all(ways.map(async ([from, port]) => assert.equal(await reaches(from, port), false, `${from} to ${port}`)))
    for (const port of ['198.51.100.5/5000', '198.51.100.2/22', '10.10.0.10/6443']) assert.equal(await reaches('annex-cloud-worker-1', port), true, port)
    assert.equal(await reaches('annex-operator', '198.51.100.3/22'), false)
  })

  it('lets nothing out to the real internet, and says so at once', async () => {
    for (const { namespace } of Object.values(hosts)) {
      const start = Date.now()
      assert.equal(await reaches(namespace, '9.9.9.9/443'), false)
      assert.ok(Date.now() - start < 3000, namespace)
    }
  })

  it("follows the cloud's route table: with the entry, the control plane reaches the gateway for the tunnel's range", async () => {
    const hops = async () => String((await execa(...inNamespace('annex-cloud-router', 'ip', ['route', 'get', '10.100.0.11']))).stdout)
    await removeCloudRoute(tunnelRoute.range)
    await removeCloudRoute(tunnelRoute.range)
    assert.deepEqual(await cloudRoutes(), [])
    assert.doesNotMatch(await hops(), /via 10\.10\.0\.2 /)
    await addCloudRoute(tunnelRoute)
    assert.deepEqual(await cloudRoutes(), [tunnelRoute])
    assert.match(await hops(), /via 10\.10\.0\.2 dev cloud/)
  })

  it("keeps a host's kernel settings from the machine and from other hosts", async () => {
    const key = 'vm.overcommit_ratio'
    const mine = async () => (await execa('sysctl', ['-n', key])).stdout
    const before = await mine()
    await runInHost(vps, 'sysctl', ['-w', `${key}=77`])
    assert.equal((await runInHost(vps, 'sysctl', ['-n', key])).stdout, '77')
    assert.equal(await mine(), before)
    assert.equal((await runInHost('gateway', 'sysctl', ['-n', key])).stdout, before)
  })

  it('keeps the files of a host that is rebooted; its links, routes, rules and mounts are gone, and it knows that it was', async () => {
    const boot = async () => (await runInHost(vps, 'cat', ['/proc/sys/kernel/random/boot_id'])).stdout
    const before = await boot()
    const script = `echo kept >/etc/kept; echo kept >/var/lib/kept; truncate -s 16M /var/disk; mkfs.ext4 -q /var/disk; mount -o loop /var/disk /mnt; truncate -s 1M /var/bare; losetup --find /var/bare
      ip link add leftover type vxlan id 7 dstport 4789; ip route add 10.99.0.0/16 via 198.51.100.254`
    await runInHost(vps, 'bash', ['-ec', script])
    await rebootHost(vps)
    assert.notEqual(await boot(), before)
    assert.equal((await runInHost(vps, 'cat', ['/etc/kept', '/var/lib/kept'])).stdout, 'kept\nkept')
    const { stdout } = await runInHost(vps, 'bash', ['-c', 'ip -br link; ip route; findmnt /mnt || true'])
    assert.doesNotMatch(String(stdout), /leftover|10\.99|loop/)
    assert.doesNotMatch((await execa('losetup', ['--list', '--noheadings'])).stdout, /\/(disk|bare)( |$)/m)
    await runInHost(vps, 'rm', ['/etc/kept', '/var/lib/kept', '/var/disk', '/var/bare'])
  })

  it('ends a host with all that it runs, and boots it again', async () => {
    await runInHost(vps, 'systemd-run', ['--quiet', '--unit=deaf', 'bash', '-c', 'trap "" TERM INT HUP; while :; do sleep 1; done'])
    await killHost(vps)
    assert.equal(hostIsOn(vps), false)
    assert.deepEqual((await remains()).filter((line) => line.includes(vps)), [`network namespace annex-${vps}`])
    await bootHost(vps)
    assert.equal(await reaches('annex-operator', '198.51.100.11/22'), true)
  })

  it("fails on command, and each fault has its undo", async () => {
    const apt = async () => (await runInHost(vps, 'apt-get', ['install', '--simulate=false', '--yes', 'procps'], { reject: false })).exitCode
    await faults.holdAptLock(vps)
    assert.equal(await apt(), 100)
    await faults.releaseAptLock(vps)
    assert.equal(await apt(), 0)

    const write = async () => (await runInHost(vps, 'bash', ['-c', 'head -c 100000 /dev/zero >/etc/write'], { reject: false })).exitCode
    await faults.fillDisk(vps)
    assert.equal(await write(), 1)
    await faults.emptyDisk(vps)
    assert.equal(await write(), 0)
    await runInHost(vps, 'rm', ['/etc/write'])

    await faults.cutTunnel(vps)
    assert.equal(await datagramArrives(), false)
    assert.equal(await reaches('annex-operator', '198.51.100.11/22'), true)
    await faults.mendTunnel(vps)
    assert.equal(await datagramArrives(), true)

    const session = runAsOperator('ssh', [...sshArguments(vps), 'echo in; exec sleep 1000'], { reject: false })
    await new Promise((resolve) => session.stdout!.once('data', resolve))
    await faults.dropSsh(vps)
    assert.equal((await session).exitCode, 255)
    assert.equal(await reaches('annex-operator', '198.51.100.11/22'), true)
    await runInHost(vps, 'pkill', ['-x', 'sleep'], { reject: false })
  })

  it("refuses to touch another checkout's lab, and says whose it is", async () => {
    writeFileSync(ownerFile, '/var/tmp\n')
    try {
      for (const attempt of [up, down]) await assert.rejects(attempt(), /another checkout is up on this machine: \/var\/tmp/)
    } finally {
      writeFileSync(ownerFile, `${checkout}\n`)
    }
    assert.ok(hostNames.every(hostIsOn))
  })

  it('is gone after down: no process, mount, namespace, cgroup or loop device, no file but logs', async () => {
    await down()
    assert.deepEqual(await remains(), [])
    assert.deepEqual(await machine(), untouched)
    assert.deepEqual(readdirSync(labFolder).filter((name) => !['log', 'setup.lock'].includes(name)), [])
  })
})

/** Starts the lab and kills the start half way. */
async function startUntil(reached: () => boolean) {
  const start = execa(path.join(checkout, 'lab/run'), ['lab', 'up'], { reject: false })
  await until('the start has come half way', 60, reached)
  start.kill('SIGKILL')
  return await start
}

/** Process ids of the lab by name. */
function ids(): Record<string, number | undefined> {
  return Object.fromEntries(recordedProcesses().map((name) => [name, processId(name)]))
}

async function reaches(namespace: string, endpoint: string): Promise<boolean> {
  return (await execa(...inNamespace(namespace, 'timeout', ['5', 'bash', '-c', `exec 3<>/dev/tcp/${endpoint}`]), { reject: false })).exitCode === 0
}

/** Whether UDP from the VPS comes to the gateway; asked again for two seconds, since a datagram says nothing of its fate. */
async function datagramArrives(): Promise<boolean> {
  const listen = 'use IO::Socket::INET; $s = IO::Socket::INET->new(LocalPort => 51999, Proto => "udp") or die; $| = 1; print "ready\\n"; $s->recv($b, 9); print $b'
  const listener = execa(...inNamespace('annex-gateway', 'timeout', ['2', 'perl', '-e', listen]), { reject: false })
  await new Promise((resolve) => listener.stdout.once('data', resolve))
  await execa(...inNamespace(`annex-${vps}`, 'bash', ['-c', 'for i in 1 2 3; do echo -n hello >/dev/udp/198.51.100.2/51999; done']))
  return (await listener).stdout.includes('hello')
}

/** What the machine has of everything that the lab makes. */
async function machine(): Promise<string[]> {
  const show = async (command: string, args: string[]) => (await execa(command, args)).stdout.split('\n').map((line) => `${command}: ${line}`)
  const processes = readdirSync('/proc').filter((pid) => existsSync(`/proc/${pid}/cmdline`)).map(commandLine).filter((line) => line.includes(`${labFolder}/`))
  return [
    ...(await show('ip', ['netns', 'list'])),
    ...(await show('ip', ['-brief', 'link'])),
    ...(await show('losetup', ['--list', '--noheadings', '--output', 'NAME,BACK-FILE'])),
    ...(await show('find', ['/sys/fs/cgroup', '-maxdepth', '2', '-name', 'annex-*'])).sort(),
    ...(await show('find', ['/run/systemd/nspawn', '/run/annex-lab', '-name', 'annex-*'].filter((argument) => !argument.startsWith('/run') || existsSync(argument)))).sort(),
    ...readFileSync('/proc/mounts', 'utf8').split('\n'),
    ...processes,
  ]
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
  } catch {
    return ''
  }
}
