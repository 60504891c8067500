/** Which policy API the cluster has, and what admission would refuse of what runs there; a preview lists it. */
import * as pulumi from '@pulumi/pulumi'
import { agentNamespace } from '../components/local-storage/render-agent.ts'
import { evaluateExisting, type Existing } from '../components/tenant-placement/evaluate-existing.ts'
import { type AdmissionApi, findAdmissionApi, type PlacementAdmissionOptions } from '../components/tenant-placement/render-admission.ts'
import { get, list } from './cluster.ts'

/** Built-in kinds that make pods. */
const workloads = ['pods', 'replicationcontrollers', 'deployments.apps', 'statefulsets.apps', 'daemonsets.apps', 'replicasets.apps', 'jobs.batch', 'cronjobs.batch']

/**
 * Warns of each pod and template that could not be created again under the policies.
 * @throws Error where the cluster does not answer
 */
export async function inspectAdmission(context: string, options: PlacementAdmissionOptions): Promise<AdmissionApi> {
  const [api, existing] = await Promise.all([readAdmissionApi(context), readExisting(context)])
  const refused = evaluateExisting(existing, options, api)
  if (refused.length > 0) {
    const lines = refused.map(({ object: { kind, namespace, name }, why }) => `  - ${kind} ${namespace}/${name}: ${why}`)
    const what = options.enforcement === 'deny' ? 'refuses from now on' : 'would refuse with annex:admission.enforcement = "deny"'
    void pulumi.log.warn(`admission ${what}, what runs goes on until it is made again:\n${lines.join('\n')}`)
  }
  return api
}

async function readAdmissionApi(context: string): Promise<AdmissionApi> {
  const { resources } = await get<{ resources: { kind: string }[] }>(context, '/apis/admissionregistration.k8s.io/v1')
  return findAdmissionApi(resources.map(({ kind }) => kind))
}

async function readExisting(context: string): Promise<Existing> {
  const objects = await list<{ kind: string; metadata: { name: string; namespace?: string; labels?: Record<string, string> } }>(context, ['namespaces', ...workloads])
  const namespaces = objects.filter(({ kind }) => kind === 'Namespace')
  return {
    namespaces: namespaces.map(({ metadata }) => ({ name: metadata.name, labels: metadata.labels ?? {} })),
    // annex's own are exempt by name; that of a worker which leaves goes in the same update.
    objects: objects.filter(({ kind, metadata }) => kind !== 'Namespace' && !(metadata.namespace === agentNamespace && metadata.labels?.['app.kubernetes.io/managed-by'] === 'annex')),
  }
}
