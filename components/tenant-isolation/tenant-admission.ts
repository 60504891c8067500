/** The admission rules that hold in every tenant's namespaces. */
import * as k8s from '@pulumi/kubernetes'
import * as pulumi from '@pulumi/pulumi'
import { renderMutation, renderValidation } from './admission/render.ts'
import { mutations, validations } from './admission/rules/index.ts'

export interface TenantAdmissionArgs {
  /** Whether the API server has MutatingAdmissionPolicy v1 (Kubernetes 1.36). Without it nothing is filled in: charts must set imagePullPolicy, storageClassName and limits themselves. */
  mutating: boolean
  /** Whether all images are pulled for each container, not only private ones: where a kubelet is older than 1.35. */
  pullAll: boolean
}

/** Once a cluster. It needs no change when tenants come and go: what a rule must know of a tenant is in the annotations of its namespaces. */
export class TenantAdmission extends pulumi.ComponentResource {
  /** Kinds, by their plural names, whose creation and change a rule judges: what a role of a tenant may therefore grant. */
  readonly bounded: string[]

  constructor(name: string, args: TenantAdmissionArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super('annex:index:TenantAdmission', name, {}, opts)
    const pull = args.pullAll ? 'all' : 'private'
    const own = { parent: this }
    const rules = validations(pull)
    const judged = rules.flatMap(({ resources }) => resources).filter(({ operations }) => operations.includes('CREATE') && operations.includes('UPDATE'))
    this.bounded = [...new Set(judged.flatMap(({ resources }) => resources))].sort()
    for (const { policy, binding } of rules.map(renderValidation)) {
      const made = new k8s.admissionregistration.v1.ValidatingAdmissionPolicy(policy.metadata.name, policy, own)
      new k8s.admissionregistration.v1.ValidatingAdmissionPolicyBinding(policy.metadata.name, binding, { ...own, dependsOn: made })
    }
    for (const { policy, binding } of args.mutating ? mutations(pull).map(renderMutation) : []) {
      const made = new k8s.admissionregistration.v1.MutatingAdmissionPolicy(`${policy.metadata.name}-default`, policy, own)
      new k8s.admissionregistration.v1.MutatingAdmissionPolicyBinding(`${policy.metadata.name}-default`, binding, { ...own, dependsOn: made })
    }
    this.registerOutputs()
  }
}
