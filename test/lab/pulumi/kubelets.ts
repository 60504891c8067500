/**
 * Stands for scheduler and kubelets in a cluster that has none: pods are put on a node, run, and go when they are deleted.
 */
import { Api } from '../../../lab/pulumi/kubernetes/api.ts'
import { watchWorld } from '../../../lab/pulumi/kubernetes/await/world.ts'
import { loadKubeconfig } from '../../../lab/pulumi/kubernetes/kubeconfig.ts'
import type { KubernetesObject } from '../../../lab/pulumi/kubernetes/objects.ts'
import type { Cluster } from './cluster.ts'

/** How long a pod takes to end, in milliseconds: an object is still there for a while after its deletion. */
const END = 3000

/** @returns a function that ends it */
export async function startKubelets(cluster: Cluster, node: string, namespaces: string[]): Promise<() => void> {
  const api = new Api(loadKubeconfig(cluster.kubeconfig, {}))
  await api.discover()
  const stop = new AbortController()
  for (const namespace of namespaces) void run(namespace)
  return () => {
    stop.abort()
    api.close()
  }

  async function run(namespace: string): Promise<void> {
    const seen = new Set<string>()
    for await (const world of watchWorld(api, ['v1/Pod'], namespace, stop.signal)) {
      for (const pod of world.all('v1/Pod')) {
        const { uid, deletionTimestamp } = pod.metadata!
        const state = `${uid} ${deletionTimestamp ? 'ending' : 'new'}`
        if (seen.has(state)) continue
        seen.add(state)
        try {
          if (deletionTimestamp) setTimeout(() => kubectl('delete', 'pod', pod, '--force', '--grace-period=0', '--wait=false'), END).unref()
          else start(pod)
        } catch {
          // It went in this moment.
        }
      }
    }
  }

  function start(pod: KubernetesObject): void {
    const { namespace, name } = pod.metadata!
    const job = pod.metadata!.ownerReferences?.some(({ kind }) => kind === 'Job')
    if (!pod.spec?.nodeName) {
      const binding = { apiVersion: 'v1', kind: 'Binding', metadata: { name, namespace }, target: { apiVersion: 'v1', kind: 'Node', name: node } }
      cluster.kubectlWith(binding, 'create', '--raw', `/api/v1/namespaces/${namespace}/pods/${name}/binding`)
    }
    for (const { persistentVolumeClaim } of pod.spec?.volumes ?? []) if (persistentVolumeClaim) bind(namespace!, persistentVolumeClaim.claimName)
    const conditions = ['PodScheduled', 'Initialized', 'ContainersReady', 'Ready'].map((type) => ({ type, status: job && /Ready/.test(type) ? 'False' : 'True' }))
    const status = { phase: job ? 'Succeeded' : 'Running', podIP: '10.244.0.9', podIPs: [{ ip: '10.244.0.9' }], conditions }
    kubectl('patch', 'pod', pod, '--subresource=status', '--type=merge', '-p', JSON.stringify({ status }))
  }

  /** Gives a claim that waits for its first pod the first free volume of its class, as the scheduler does. */
  function bind(namespace: string, claimName: string): void {
    const claim = JSON.parse(cluster.kubectl('-n', namespace, 'get', 'pvc', claimName, '-o', 'json'))
    const volumes = JSON.parse(cluster.kubectl('get', 'pv', '-o', 'json')).items
    const free = volumes.find(({ spec }: KubernetesObject) => spec.storageClassName === claim.spec.storageClassName && !spec.claimRef)
    if (claim.spec.volumeName || !free) return
    const { name, uid, resourceVersion } = claim.metadata
    const claimRef = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name, uid, resourceVersion }
    const patch = { metadata: { annotations: { 'pv.kubernetes.io/bound-by-controller': 'yes' } }, spec: { claimRef } }
    cluster.kubectl('patch', 'pv', free.metadata.name, '--type=merge', '-p', JSON.stringify(patch))
  }

  function kubectl(verb: string, kind: string, { metadata }: KubernetesObject, ...args: string[]): void {
    try {
      cluster.kubectl('-n', metadata!.namespace!, verb, kind, metadata!.name!, ...args)
    } catch (error) {
      if (!/NotFound/.test(String((error as { stderr?: string }).stderr))) throw error
    }
  }
}
