/** The hosts' right to offer their own volumes again. */
import * as k8s from '@pulumi/kubernetes'
import * as pulumi from '@pulumi/pulumi'
import { podSecurityLabels } from '../tenant-isolation/render.ts'
import { renderAgent, renderAgents } from './render-agent.ts'

export interface VolumeAgentsArgs {
  /** Nodes with the names of their volumes. */
  hosts: { nodeName: string; volumes: string[] }[]
}

/**
 * For each node an account that may take the claim off that node's released volumes, and a pod that does nothing but have the account's token,
 * so that the kubelet gets it and renews it: no key is made, carried or kept anywhere. What runs on the host is a part of `LocalStorage`.
 */
export class VolumeAgents extends pulumi.ComponentResource {
  constructor(name: string, { hosts }: VolumeAgentsArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super('annex:index:VolumeAgents', name, {}, opts)
    const bounds = createBounds(this, name)
    for (const { nodeName, volumes } of hosts.filter((it) => it.volumes.length > 0)) createAgent(this, `${name}-${nodeName}`, nodeName, volumes, bounds)
    this.registerOutputs()
  }
}

/** What no account has before: the policy that bounds it. */
function createBounds(parent: pulumi.Resource, name: string): pulumi.Resource[] {
  const { namespace, networkPolicy, policy, binding } = renderAgents(podSecurityLabels('restricted'))
  const made = new k8s.core.v1.Namespace(name, namespace, { parent })
  const bounds = new k8s.admissionregistration.v1.ValidatingAdmissionPolicy(name, policy, { parent })
  return [
    made,
    new k8s.networking.v1.NetworkPolicy(name, networkPolicy, { parent, dependsOn: made }),
    new k8s.admissionregistration.v1.ValidatingAdmissionPolicyBinding(name, binding, { parent, dependsOn: bounds }),
  ]
}

function createAgent(parent: pulumi.Resource, name: string, node: string, volumes: string[], bounds: pulumi.Resource[]): void {
  const { serviceAccount, role, roleBinding, daemonSet } = renderAgent(node, volumes)
  const account = new k8s.core.v1.ServiceAccount(name, serviceAccount, { parent, dependsOn: bounds })
  const rights = new k8s.rbac.v1.ClusterRole(name, role, { parent, dependsOn: bounds })
  new k8s.rbac.v1.ClusterRoleBinding(name, roleBinding, { parent, dependsOn: [account, rights] })
  new k8s.apps.v1.DaemonSet(name, daemonSet, { parent, dependsOn: account })
}
