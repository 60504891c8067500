/** The policies that keep placement true in the cluster, whoever creates a pod. */
import * as k8s from '@pulumi/kubernetes'
import * as pulumi from '@pulumi/pulumi'
import { type AdmissionApi, admissionFaults, type PlacementAdmissionOptions, type PolicyObject, renderAdmission } from './render-admission.ts'

export interface PlacementAdmissionArgs extends PlacementAdmissionOptions {
  /** Which policy API the API server has. */
  api: AdmissionApi
}

/**
 * Policies that place every pod in a tenant's namespace and keep all others off tenant nodes, whoever creates them.
 * @throws pulumi.RunError where the API server has not what they need.
 */
export class PlacementAdmission extends pulumi.ComponentResource {
  /** Policies and bindings: before the pods that they are to place. */
  readonly ready: pulumi.Resource[]

  constructor(name: string, { api, ...options }: PlacementAdmissionArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super('annex:index:PlacementAdmission', name, {}, opts)
    const faults = admissionFaults(options, api)
    if (faults.length > 0) throw new pulumi.RunError(faults.join('\n'))
    const objects = renderAdmission(options, api)
    const policies = objects.filter(({ kind }) => !kind.endsWith('Binding')).map((it) => createObject(it, { parent: this }))
    // A binding without its policy would be an error of the configuration, which refuses everything.
    const bindings = objects.filter(({ kind }) => kind.endsWith('Binding')).map((it) => createObject(it, { parent: this, dependsOn: policies }))
    this.ready = [...policies, ...bindings]
    this.registerOutputs()
  }
}

function createObject({ apiVersion, kind, metadata, spec }: PolicyObject, opts: pulumi.CustomResourceOptions): pulumi.Resource {
  return new k8s.apiextensions.CustomResource(`${metadata.name}-${short[kind]}`, { apiVersion, kind, metadata, spec }, opts)
}

/** Names in the stack: the same name may be a policy's and its binding's. */
const short: Record<string, string> = {
  MutatingAdmissionPolicy: 'mutates',
  MutatingAdmissionPolicyBinding: 'mutates-binding',
  ValidatingAdmissionPolicy: 'validates',
  ValidatingAdmissionPolicyBinding: 'validates-binding',
}
