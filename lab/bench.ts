/** `npm run bench`: how long annex's join takes, against the same by hand (by-hand.sh), what the policies cost, and how tenants scale. */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parse, stringify } from 'yaml'
import { benchPolicies } from '../policies/bench.ts'
import { caCertHash } from '../preflight/cluster.ts'
import { toolPath } from '../tools/tools.ts'
import { checkout, labPath } from './environment.ts'
import { runInHost } from './host.ts'
import { reinstallHost, up as labUp } from './lab.ts'
import { labSystem } from './proof.ts'
import { benchScale } from './scale/bench.ts'
import { median } from './scale/figures.ts'
import { destroy, devOptions, openStack, pulumi, stackExists, stackName } from './stack.ts'

const rounds = 5
/** annex's join may take this many times as long as by hand (the bar). */
const bar = 1.2

/** Prints each round, both medians and their ratio, then the figures of the policies and of many tenants. @returns the exit code: 1 where the bar is missed */
export async function bench(): Promise<number> {
  await labUp()
  const times = { annex: [] as number[], hand: [] as number[] }
  await upWithoutWorker()
  for (let round = 1; round <= rounds; round++) {
    times.hand.push(await byHand())
    times.annex.push(await byAnnex())
    console.log(`round ${round} of ${rounds}: by hand ${times.hand.at(-1)!.toFixed(1)} s, annex ${times.annex.at(-1)!.toFixed(1)} s`)
  }
  const ratio = median(times.annex) / median(times.hand)
  console.log(`join, from the start to node Ready, median of ${rounds}: by hand ${median(times.hand).toFixed(1)} s, annex ${median(times.annex).toFixed(1)} s, ratio ${ratio.toFixed(2)} (at most ${bar})`)
  const policiesFit = await benchPolicies()
  const scaleFits = await benchScale()
  return ratio <= bar && policiesFit && scaleFits ? 0 : 1
}

/** The cloud's side and the platform. Both ways begin there: what is measured is the join of a worker, not the set-up of a gateway. */
async function upWithoutWorker(): Promise<void> {
  if (stackExists()) await destroy({ stdio: 'pipe' })
  await openStack()
  const stack = parse(readFileSync(path.join(checkout, `Pulumi.${stackName}.yaml`), 'utf8')) as { config: Record<string, unknown> }
  const { 'annex:testApplication': _, ...config } = stack.config
  const file = labPath('bench', `Pulumi.${stackName}.yaml`)
  writeFileSync(file, stringify({ ...stack, config: { ...config, 'annex:workers': [], 'annex:tenants': [] } }))
  await pulumi(['up', '--stack', stackName, '--config-file', file, '--yes', '--skip-preview', '--non-interactive'], { stdio: 'pipe' })
}

/** Seconds from `pulumi up` to Ready; the rest of the stack is waited for, but not measured. */
async function byAnnex(): Promise<number> {
  await reinstallHost('vps-worker-1')
  await openStack()
  const start = Date.now()
  const running = pulumi(['up', '--stack', stackName, '--yes', '--skip-preview', '--non-interactive'], { stdio: 'pipe' })
  await Promise.race([untilReady(), running.then(untilReady)])
  const seconds = (Date.now() - start) / 1000
  await running
  await upWithoutWorker()
  return seconds
}

/** Seconds from the first command to Ready. */
async function byHand(): Promise<number> {
  await reinstallHost('vps-worker-1')
  const { worker } = labSystem()
  const options = devOptions()
  const [gateway] = options['tunnel'].gateways
  const workerKey = await inGateway('wg genkey')
  const peer = await inGateway(`wg pubkey <<<'${workerKey}'`)
  await inGateway(`wg set wg0 peer ${peer} allowed-ips ${worker.tunnelAddress}/32`)
  const environment = {
    MIRROR: 'http://198.51.100.5',
    APT_KEY: encoded('keys/apt.asc'),
    REGISTRY_CA: encoded('keys/registry-ca.pem'),
    KUBERNETES_VERSION: options['packages'].kubernetesVersion,
    CONTAINERD_VERSION: options['packages'].containerdVersion,
    GATEWAY: gateway.address,
    GATEWAY_KEY: await inGateway('wg show wg0 public-key'),
    WIREGUARD_KEY: workerKey,
    TUNNEL_ADDRESS: worker.tunnelAddress,
    TUNNEL_RANGES: [options['tunnel'].range, ...options['cluster'].nodes, ...options['cluster'].pods, ...options['cluster'].services].join(', '),
    NODE_NAME: worker.name,
    API_SERVER: options['cluster'].apiServer,
    TOKEN: (await ask(toolPath('kubeadm'), 'token', 'create', '--ttl', '15m')).trim(),
    CA_HASH: await authorityHash(),
  }
  const script = Object.entries(environment).map(([name, value]) => `export ${name}='${value}'\n`).join('') + readFileSync(path.join(import.meta.dirname, 'by-hand.sh'), 'utf8')
  const start = Date.now()
  const ran = await labSystem().run('ssh', ['-F', 'none', '-o', `UserKnownHostsFile=${labPath('ssh', 'known_hosts')}`, `root@${worker.publicAddress}`, 'bash', '-s'], { input: script, timeoutSeconds: 300 })
  if (ran.code !== 0) throw new Error(`by-hand.sh failed:\n${ran.stderr.split('\n').slice(-15).join('\n')}`)
  const seconds = (Date.now() - start) / 1000
  await ask('kubectl', 'delete', 'node', worker.name)
  await inGateway(`wg set wg0 peer ${peer} remove`)
  return seconds
}

async function inGateway(command: string): Promise<string> {
  const { stdout } = await runInHost('gateway', 'bash', ['-c', command])
  return String(stdout).trim()
}

function encoded(file: string): string {
  return readFileSync(labPath(file)).toString('base64')
}

async function authorityHash(): Promise<string> {
  const data = await ask('kubectl', 'config', 'view', '--raw', '--minify', '-o', 'jsonpath={.clusters[0].cluster.certificate-authority-data}')
  return caCertHash(Buffer.from(data, 'base64').toString())
}

async function ask(command: string, ...args: string[]): Promise<string> {
  const ran = await labSystem().run(command, args, { timeoutSeconds: 600 })
  if (ran.code !== 0) throw new Error(`${command} ${args.join(' ')}: ${ran.stderr}`)
  return ran.stdout
}

/** One process that watches: asking again and again would take the machine's time from what is measured. */
async function untilReady(): Promise<void> {
  const node = `node/${labSystem().worker.name}`
  await ask('kubectl', 'wait', node, '--for=create', '--timeout=300s')
  await ask('kubectl', 'wait', node, '--for=condition=Ready', '--timeout=300s')
}
