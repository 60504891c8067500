import type { GeneratedPod } from './pods.ts'

interface Workload {
  type: string
  /** Path of the API, with the namespace where NS stands. */
  path: string
  wrap(pod: GeneratedPod): object
}

const template = ({ metadata: { annotations, labels }, spec }: GeneratedPod) => ({ metadata: { labels, ...(annotations === undefined ? {} : { annotations }) }, spec })
const once = (pod: GeneratedPod) => ({ ...template(pod), spec: { ...pod.spec, restartPolicy: 'Never' } })
const selecting = (apiVersion: string, kind: string, extra: object = {}) => (pod: GeneratedPod) => ({
  apiVersion,
  kind,
  metadata: { name: pod.metadata.name },
  spec: { selector: { matchLabels: pod.metadata.labels }, template: template(pod), ...extra },
})

/** Every kind that makes pods, and the pod itself first. */
export const workloads: readonly Workload[] = [
  { type: 'kubernetes:core/v1:Pod', path: '/api/v1/namespaces/NS/pods', wrap: (pod) => ({ apiVersion: 'v1', kind: 'Pod', ...pod }) },
  { type: 'kubernetes:apps/v1:Deployment', path: '/apis/apps/v1/namespaces/NS/deployments', wrap: selecting('apps/v1', 'Deployment') },
  { type: 'kubernetes:apps/v1:ReplicaSet', path: '/apis/apps/v1/namespaces/NS/replicasets', wrap: selecting('apps/v1', 'ReplicaSet') },
  { type: 'kubernetes:apps/v1:DaemonSet', path: '/apis/apps/v1/namespaces/NS/daemonsets', wrap: selecting('apps/v1', 'DaemonSet') },
  { type: 'kubernetes:apps/v1:StatefulSet', path: '/apis/apps/v1/namespaces/NS/statefulsets', wrap: selecting('apps/v1', 'StatefulSet', { serviceName: 'it' }) },
  {
    type: 'kubernetes:core/v1:ReplicationController',
    path: '/api/v1/namespaces/NS/replicationcontrollers',
    wrap: (pod) => ({ apiVersion: 'v1', kind: 'ReplicationController', metadata: { name: pod.metadata.name }, spec: { selector: pod.metadata.labels, template: template(pod) } }),
  },
  {
    type: 'kubernetes:core/v1:PodTemplate',
    path: '/api/v1/namespaces/NS/podtemplates',
    wrap: (pod) => ({ apiVersion: 'v1', kind: 'PodTemplate', metadata: { name: pod.metadata.name }, template: template(pod) }),
  },
  {
    type: 'kubernetes:batch/v1:Job',
    path: '/apis/batch/v1/namespaces/NS/jobs',
    wrap: (pod) => ({ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: pod.metadata.name }, spec: { template: once(pod) } }),
  },
  {
    type: 'kubernetes:batch/v1:CronJob',
    path: '/apis/batch/v1/namespaces/NS/cronjobs',
    wrap: (pod) => ({ apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name: pod.metadata.name }, spec: { schedule: '0 0 * * *', jobTemplate: { spec: { template: once(pod) } } } }),
  },
]
