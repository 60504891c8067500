/**
 * Where pod settings are in each kind that makes pods, and in what words. Plain data: what a cluster has beside these is one more entry,
 * given to the functions that take a table.
 */
import { customWorkloads } from './custom-workloads.ts'

export interface Workload {
  /** API group, empty for the core. */
  group: string
  /** Only this version of it. Default: every version; an entry for one version comes before that for the others. */
  version?: string
  kind: string
  pods: PodSettings[]
  /** Whether an object of the kind may have no pods of its own. Default: no; one without is then reported. */
  optional?: boolean
}

export interface PodSettings {
  /**
   * Path of the object that holds the settings, like `spec.template.spec`. `name[]` goes into each item of a list, `name{}` into
   * each value of a mapping, `name?` only where there is something; anything else that is missing on the way is made.
   */
  at: string
  /** The settings that the object has, by the names of a pod spec; `nodeAffinity` stands for an affinity of nodes alone. Default: nodeSelector, tolerations and affinity. */
  fields?: SettingField[]
  /** What the object must hold as well when it is made. Default: nothing. */
  made?: Record<string, unknown>
  /** What stands beside the settings where there are no pods to set: their operator refuses settings then. Default: nothing. */
  unless?: Record<string, string>
}

export type SettingField = 'nodeSelector' | 'tolerations' | 'affinity' | 'nodeAffinity'

const template: PodSettings[] = [{ at: 'spec?.template?.spec?' }]

const builtIn: Workload[] = [
  { group: '', kind: 'Pod', pods: [{ at: 'spec?' }] },
  { group: '', kind: 'PodTemplate', pods: [{ at: 'template?.spec?' }] },
  { group: '', kind: 'ReplicationController', pods: template },
  ...['apps', 'extensions'].flatMap((group) => ['Deployment', 'ReplicaSet', 'DaemonSet', 'StatefulSet'].map((kind) => ({ group, kind, pods: template }))),
  { group: 'batch', kind: 'Job', pods: template },
  { group: 'batch', kind: 'CronJob', pods: [{ at: 'spec?.jobTemplate?.spec?.template?.spec?' }] },
]

export const workloads: readonly Workload[] = [...builtIn, ...customWorkloads]

export function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : ''
}
