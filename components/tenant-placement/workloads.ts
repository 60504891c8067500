/** Where the pod spec is in each built-in kind that makes pods. */

type Path = readonly string[]

const template: Path = ['spec', 'template', 'spec']

export const podSpecPaths: Readonly<Record<string, Path>> = {
  Pod: ['spec'],
  PodTemplate: ['template', 'spec'],
  ReplicationController: template,
  ReplicaSet: template,
  Deployment: template,
  StatefulSet: template,
  DaemonSet: template,
  Job: template,
  CronJob: ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
}
