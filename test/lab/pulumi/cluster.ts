/**
 * A real API server with its controllers, as plain processes on loopback: no scheduler, no node.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { get } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { toolPath } from '../../../tools/tools.ts'
import { freePort } from './sshd.ts'

export interface Cluster {
  kubeconfig: string
  kubeconfigFile: string
  /** kubectl as the cluster's administrator; returns what it prints. */
  kubectl(...args: string[]): string
  /** kubectl with an object on stdin. */
  kubectlWith(object: object, ...args: string[]): string
  /** Ends the API server, and starts it again. */
  stopServer(): Promise<void>
  startServer(): Promise<void>
  stop(): Promise<void>
}

const CONTROLLERS = [
  'clusterrole-aggregation-controller', 'daemonset-controller', 'deployment-controller', 'disruption-controller', 'endpoints-controller', 'garbage-collector-controller',
  'job-controller', 'namespace-controller', 'persistentvolume-binder-controller', 'persistentvolumeclaim-protection-controller',
  'persistentvolume-protection-controller', 'replicaset-controller', 'resourcequota-controller', 'root-ca-certificate-publisher-controller',
  'serviceaccount-controller', 'serviceaccount-token-controller', 'statefulset-controller',
]

export async function startCluster(): Promise<Cluster> {
  const folder = mkdtempSync(join(tmpdir(), 'annex-cluster-'))
  const [port, etcd, etcdPeer] = [await freePort(), await freePort(), await freePort()]
  const file = (name: string) => join(folder, name)
  execFileSync('openssl', ['genrsa', '-out', file('sa.key'), '2048'], { stdio: 'ignore' })
  writeFileSync(file('tokens'), 'test-token,admin,1,"system:masters"\n', { mode: 0o600 })

  const running = new Map<string, ChildProcess>()
  const run = (name: string, args: string[]) => {
    const log = openSync(file(`${name}.log`), 'a')
    running.set(name, spawn(toolPath(name), args, { stdio: ['ignore', log, log] }))
    closeSync(log)
  }
  const end = async (name: string) => {
    const child = running.get(name)
    running.delete(name)
    if (!child || child.exitCode !== null) return
    const ended = new Promise((resolve) => child.once('close', resolve))
    child.kill('SIGKILL')
    await ended
  }
  const startServer = async () => {
    run('kube-apiserver', [
      `--etcd-servers=http://127.0.0.1:${etcd}`,
      '--bind-address=127.0.0.1',
      `--secure-port=${port}`,
      `--cert-dir=${folder}`,
      '--endpoint-reconciler-type=none',
      '--service-cluster-ip-range=10.96.0.0/16',
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${file('sa.key')}`,
      `--service-account-signing-key-file=${file('sa.key')}`,
      `--token-auth-file=${file('tokens')}`,
      '--authorization-mode=RBAC',
      '--watch-cache=true',
      // As kubeadm starts it.
      '--allow-privileged=true',
    ])
    await answering()
  }
  const kubeconfig = () =>
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'test',
      clusters: [{ name: 'test', cluster: { server: `https://127.0.0.1:${port}`, 'certificate-authority-data': readFileSync(file('apiserver.crt')).toString('base64') } }],
      users: [{ name: 'admin', user: { token: 'test-token' } }],
      contexts: [{ name: 'test', context: { cluster: 'test', user: 'admin' } }],
    })
  const kubectl = (...args: string[]) => execFileSync(toolPath('kubectl'), ['--kubeconfig', file('kubeconfig'), ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

  async function answering(): Promise<void> {
    for (;;) {
      const server = running.get('kube-apiserver')!
      if (server.exitCode !== null) throw new Error(`kube-apiserver ended: ${readFileSync(file('kube-apiserver.log'), 'utf8').slice(-2000)}`)
      try {
        if (await isReady(port, readFileSync(file('apiserver.crt')))) break
      } catch {
        // Not up yet.
      }
      await delay(100)
    }
    writeFileSync(file('kubeconfig'), kubeconfig(), { mode: 0o600 })
  }

  run('etcd', [
    `--data-dir=${file('etcd')}`,
    `--listen-client-urls=http://127.0.0.1:${etcd}`,
    `--advertise-client-urls=http://127.0.0.1:${etcd}`,
    `--listen-peer-urls=http://127.0.0.1:${etcdPeer}`,
    '--unsafe-no-fsync',
  ])
  const stop = async () => {
    for (const name of ['kube-controller-manager', 'kube-apiserver', 'etcd']) await end(name)
    rmSync(folder, { recursive: true, force: true })
  }
  // Nobody else would end etcd, and mocha would wait for it.
  await startServer().catch(async (error: Error) => {
    await stop()
    throw error
  })
  run('kube-controller-manager', [
    `--kubeconfig=${file('kubeconfig')}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${await freePort()}`,
    '--leader-elect=false',
    '--kube-api-qps=200',
    '--kube-api-burst=400',
    `--controllers=${CONTROLLERS.join(',')}`,
    `--service-account-private-key-file=${file('sa.key')}`,
    `--root-ca-file=${file('apiserver.crt')}`,
  ])

  return {
    kubeconfig: kubeconfig(),
    kubeconfigFile: file('kubeconfig'),
    kubectl,
    kubectlWith: (object, ...args) =>
      execFileSync(toolPath('kubectl'), ['--kubeconfig', file('kubeconfig'), ...args, '-f', '-'], { encoding: 'utf8', input: JSON.stringify(object) }),
    stopServer: () => end('kube-apiserver'),
    startServer,
    stop,
  }
}

/** Without kubectl, which takes half a core when it asks all the time. */
function isReady(port: number, ca: Buffer): Promise<boolean> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path: '/readyz', ca, headers: { Authorization: 'Bearer test-token' }, agent: false }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    }).on('error', reject)
  })
}
