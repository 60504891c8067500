/** For each point of the checklist a way to break it in the live system, and the way back. */
import { cutTunnel, mendTunnel } from '../../lab/faults.ts'
import { kubectl } from '../../proof/checklist/ask.ts'
import type { System } from '../../proof/checklist/point.ts'

export interface Break {
  /** Number of the point that must fail. */
  point: number
  title: string
  break: (system: System) => Promise<void>
  mend: (system: System) => Promise<void>
}

export const breaks: Break[] = [
  {
    point: 1,
    title: 'the kubelet is stopped',
    break: (system) => host(system, 'systemctl', 'stop', 'kubelet'),
    mend: async (system) => {
      await host(system, 'systemctl', 'start', 'kubelet')
      await ask(system, 'wait', `node/${system.worker.name}`, '--for=condition=Ready', '--timeout=60s')
    },
  },
  {
    point: 2,
    title: 'a label is gone',
    break: (system) => ask(system, 'label', 'node', system.worker.name, 'paas-tier-'),
    mend: (system) => ask(system, 'label', 'node', system.worker.name, 'paas-tier=tenant'),
  },
  {
    point: 3,
    title: 'the storage class is another one',
    break: (system) => replaceStorageClass(system, 'Immediate'),
    mend: (system) => replaceStorageClass(system, 'WaitForFirstConsumer'),
  },
  {
    point: 4,
    title: 'the tunnel is cut',
    break: () => cutTunnel('vps-worker-1'),
    mend: () => mendTunnel('vps-worker-1'),
  },
  {
    point: 5,
    title: 'the cluster has no DNS',
    break: async (system) => {
      await ask(system, 'scale', '-n', 'kube-system', 'deployment/coredns', '--replicas=0')
      await ask(system, 'wait', '-n', 'kube-system', 'pod', '-l', 'k8s-app=kube-dns', '--for=delete', '--timeout=50s')
    },
    mend: async (system) => {
      await ask(system, 'scale', '-n', 'kube-system', 'deployment/coredns', '--replicas=1')
      await ask(system, 'rollout', 'status', '-n', 'kube-system', 'deployment/coredns', '--timeout=50s')
    },
  },
  {
    point: 6,
    title: 'the workload has no affinity',
    break: (system) => patchTestApplication(system, [{ op: 'remove', path: '/spec/template/spec/affinity' }]),
    mend: undo,
  },
  {
    point: 7,
    title: 'the node has no taint',
    break: (system) => ask(system, 'taint', 'node', system.worker.name, 'paas-tier-'),
    mend: (system) => ask(system, 'taint', 'node', system.worker.name, `paas-tier=tenant:${system.worker.taintEffect}`),
  },
  {
    point: 8,
    title: 'the firewall is gone',
    break: (system) => host(system, 'nft', 'delete', 'table', 'inet', 'annex'),
    mend: (system) => host(system, 'systemctl', 'restart', 'annex-firewall-annex.service'),
  },
  {
    point: 10,
    title: 'the application is scaled to nothing',
    break: async (system) => {
      await scaleTestApplication(system, 0)
      await ask(system, 'wait', '-n', system.testApplication.tenant, 'pod/test-app-0', '--for=delete', '--timeout=50s')
    },
    mend: async (system) => {
      await scaleTestApplication(system, 1)
      await ask(system, 'rollout', 'status', '-n', system.testApplication.tenant, 'statefulset/test-app', '--timeout=50s')
    },
  },
  {
    point: 11,
    title: 'tenants let everything in and out',
    break: (system) => each(tenants(system), (namespace) => apply(system, 'create', openPolicy(namespace))),
    mend: (system) => each(tenants(system), (namespace) => ask(system, 'delete', 'networkpolicy', '-n', namespace, 'wide-open')),
  },
  {
    point: 12,
    title: 'the data is not on a volume',
    break: (system) => patchTestApplication(system, [
      { op: 'add', path: '/spec/template/spec/volumes', value: [{ name: 'nothing', emptyDir: {} }] },
      { op: 'replace', path: '/spec/template/spec/containers/0/volumeMounts', value: [{ name: 'nothing', mountPath: '/data' }] },
      { op: 'replace', path: '/spec/template/spec/initContainers/0/volumeMounts', value: [{ name: 'nothing', mountPath: '/data' }] },
    ]),
    mend: undo,
  },
]

const tenants = (system: System) => [system.testApplication.tenant, system.otherTenant]

async function ask(system: System, ...args: string[]): Promise<void> {
  const { code, stderr } = await kubectl(system, args)
  if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`)
}

async function apply(system: System, verb: 'create', object: object): Promise<void> {
  const { code, stderr } = await kubectl(system, [verb, '-f', '-'], { input: JSON.stringify(object) })
  if (code !== 0) throw new Error(stderr)
}

async function host(system: System, ...command: string[]): Promise<void> {
  const { code, stderr } = await system.onWorker(command)
  if (code !== 0) throw new Error(`${command.join(' ')}: ${stderr}`)
}

async function each<T>(items: T[], work: (item: T) => Promise<void>): Promise<void> {
  for (const item of items) await work(item)
}

async function patchTestApplication(system: System, patch: object[]): Promise<void> {
  const { tenant } = system.testApplication
  await ask(system, 'patch', 'statefulset', 'test-app', '-n', tenant, '--type=json', '-p', JSON.stringify(patch))
  await ask(system, 'rollout', 'status', 'statefulset/test-app', '-n', tenant, '--timeout=50s')
}

async function undo(system: System): Promise<void> {
  const { tenant } = system.testApplication
  await ask(system, 'rollout', 'undo', 'statefulset/test-app', '-n', tenant)
  await ask(system, 'rollout', 'status', 'statefulset/test-app', '-n', tenant, '--timeout=50s')
}

function scaleTestApplication(system: System, replicas: number): Promise<void> {
  return ask(system, 'scale', '-n', system.testApplication.tenant, 'statefulset/test-app', `--replicas=${replicas}`)
}

async function replaceStorageClass(system: System, volumeBindingMode: string): Promise<void> {
  const name = 'local-storage-vps'
  await ask(system, 'delete', 'storageclass', name)
  await apply(system, 'create', { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name }, provisioner: 'kubernetes.io/no-provisioner', volumeBindingMode, reclaimPolicy: 'Retain' })
}

function openPolicy(namespace: string) {
  return { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'wide-open', namespace }, spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'], ingress: [{}], egress: [{}] } }
}
