/** A joined node with volumes and what offers them again, beside two tenants that use them. */
import assert from 'node:assert/strict'
import { containerSecurity, podSecurity } from '../../apps/render.ts'
import { renderAgent, renderAgents } from '../../components/local-storage/render-agent.ts'
import { type LocalVolume, renderPersistentVolume, renderStorageClass, renderVolumes, storageClassName, volumeName } from '../../components/local-storage/render.ts'
import { podSecurityLabels } from '../../components/tenant-isolation/render.ts'
import { tenantTaint } from '../../components/tenant-placement/place-pod.ts'
import { runAsOperator } from '../../lab/environment.ts'
import { until } from '../../lab/processes.ts'
import { type Joining, kubectl, leave as leaveCluster, newToken, prepare } from './joining.ts'
import { converge, host, remove, shell } from './lab-host.ts'

export const volumes: LocalVolume[] = [
  { name: 'vol-1', size: '32Mi', reclaim: 'wipe' },
  { name: 'vol-2', size: '48Mi', reclaim: 'wipe' },
  { name: 'kept', size: '64Mi', reclaim: 'retain' },
]
export const pool = '/var/lib/annex-volumes'
const image = 'docker.io/library/busybox:1.35.0'
const document = renderVolumes(host, { path: pool }, volumes)
/** Of a node that is not there. */
export const foreign = renderPersistentVolume('test', 'vps-worker-9', volumes[0]!)

/** Joins the host and gives it its volumes, as the stack does, but without a tunnel. */
export async function startVolumes(): Promise<Joining> {
  const joining = await prepare()
  await converge(document.section, document.items)
  const { code, stderr } = await joining.join(await newToken())
  assert.equal(code, 0, stderr)
  for (const objects of clusterObjects()) await apply(...objects)
  return joining
}

/** @throws when the host is not as it was found */
export async function stopVolumes(joining: Joining): Promise<void> {
  for (const tenant of ['tenant-a', 'tenant-b']) await kubectl('delete', 'namespace', tenant, '--ignore-not-found', '--wait=false')
  for (const objects of clusterObjects().reverse()) for (const { kind, metadata } of objects) await kubectl('delete', kind, metadata.name, ...(metadata.namespace ? ['-n', metadata.namespace] : []), '--ignore-not-found', '--wait=false')
  await leaveCluster()
  await remove(document.section)
  await joining.undo()
}

interface KubernetesObject { apiVersion: string; kind: string; metadata: { name: string; namespace?: string }; [field: string]: unknown }

function clusterObjects(): KubernetesObject[][] {
  const { namespace, networkPolicy, policy, binding } = renderAgents(podSecurityLabels('restricted'))
  const { serviceAccount, role, roleBinding, daemonSet } = renderAgent(host, volumes.map(({ name }) => name))
  const object = (apiVersion: string, kind: string, body: object) => ({ apiVersion, kind, ...body }) as KubernetesObject
  return [
    [object('v1', 'Namespace', namespace), object('storage.k8s.io/v1', 'StorageClass', renderStorageClass())],
    [...volumes.map((volume) => object('v1', 'PersistentVolume', renderPersistentVolume('test', host, volume))), object('v1', 'PersistentVolume', foreign)],
    [object('admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicy', policy), object('networking.k8s.io/v1', 'NetworkPolicy', networkPolicy)],
    [object('admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicyBinding', binding)],
    [object('v1', 'ServiceAccount', serviceAccount), object('rbac.authorization.k8s.io/v1', 'ClusterRole', role), object('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', roleBinding)],
    [object('apps/v1', 'DaemonSet', daemonSet)],
    ['tenant-a', 'tenant-b'].map((name) => object('v1', 'Namespace', { metadata: { name, labels: podSecurityLabels('restricted') } })),
  ]
}

export async function apply(...items: object[]): Promise<void> {
  await runAsOperator('kubectl', ['apply', '-f', '-'], { input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }) })
}

/** A claim that only fits the volume of its size or a larger one, and a pod that does something with it. */
export async function use(tenant: string, name: string, storage: string, command: string): Promise<void> {
  const metadata = { name, namespace: tenant }
  await apply(
    { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata, spec: { accessModes: ['ReadWriteOnce'], storageClassName, resources: { requests: { storage } } } },
    podWith(tenant, name, command),
  )
}

export function podWith(tenant: string, name: string, command: string) {
  return {
    apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: tenant },
    spec: {
      tolerations: [{ ...tenantTaint, operator: 'Equal', effect: 'NoSchedule' }],
      nodeSelector: { 'kubernetes.io/hostname': host },
      restartPolicy: 'Never', terminationGracePeriodSeconds: 1, automountServiceAccountToken: false, securityContext: podSecurity,
      containers: [{ name: 'user', image, command: ['sh', '-c', command], securityContext: containerSecurity, volumeMounts: [{ name: 'data', mountPath: '/data' }] }],
      volumes: [{ name: 'data', persistentVolumeClaim: { claimName: name } }],
    },
  }
}

/** What a pod said at its end. Read on the host: without a tunnel the API server does not reach this kubelet. */
export async function said(tenant: string, name: string): Promise<string> {
  await until(`${name} has ended`, 90, async () => /Succeeded|Failed/.test(await kubectl('get', 'pod', name, '-n', tenant, '-o', 'jsonpath={.status.phase}')))
  return (await shell(`sed 's/^[^ ]* [^ ]* [FP] //' /var/log/pods/${tenant}_${name}_*/user/*.log`)).trim()
}

export async function phase(volume: string): Promise<string> {
  return kubectl('get', 'persistentvolume', volumeName(host, volume), '-o', 'jsonpath={.status.phase}')
}

/** Deletes pod and claim. */
export async function leave(tenant: string, name: string, ...force: string[]): Promise<void> {
  await kubectl('delete', 'pod', name, '-n', tenant, '--ignore-not-found', ...force)
  await kubectl('delete', 'persistentvolumeclaim', name, '-n', tenant, '--wait=false')
}

/** Seconds until a volume is of that phase. */
export async function secondsUntil(volume: string, wanted: string, limit = 60): Promise<number> {
  const start = Date.now()
  await until(`${volume} is ${wanted}`, limit, async () => (await phase(volume)) === wanted)
  return (Date.now() - start) / 1000
}

/** How often a text is in the raw file of a volume. */
export async function occurrences(volume: string, text: string): Promise<number> {
  await shell(`sync -f ${pool}`)
  return Number(await shell(`grep --only-matching --text --fixed-strings ${text} ${pool}/${volume}.img | wc -l`))
}

