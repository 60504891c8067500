/**
 * Where pod settings are in each kind that makes pods, and in what words. Plain data: what a cluster has beside these is one more entry,
 * given to the functions that take a table. Fields of custom resources were read from the CRDs of the operators' repositories in 2026-11.
 */

export interface Workload {
  /** API group, empty for the core; every version of it. */
  group: string
  kind: string
  pods: PodSettings[]
  /** Whether an object of the kind may have no pods of its own. Default: no; one without is then reported. */
  optional?: boolean
}

export interface PodSettings {
  /**
   * Path of the object that holds the settings, like `spec.template.spec`. `name[]` goes into each item of a list, `name?` only where
   * there is something; anything else that is missing on the way is made.
   */
  at: string
  /** The settings that the object has, by the names of a pod spec; `nodeAffinity` stands for an affinity of nodes alone. Default: nodeSelector, tolerations and affinity. */
  fields?: SettingField[]
  /** What the object must hold as well when it is made. Default: nothing. */
  made?: Record<string, unknown>
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

/** Strimzi and RabbitMQ know no nodeSelector; every demand is in the affinity as well. */
const noSelector: SettingField[] = ['affinity', 'tolerations']

const custom: Workload[] = [
  // CloudNativePG
  { group: 'postgresql.cnpg.io', kind: 'Cluster', pods: [{ at: 'spec.affinity', fields: ['nodeSelector', 'tolerations', 'nodeAffinity'] }] },
  { group: 'postgresql.cnpg.io', kind: 'Pooler', pods: [{ at: 'spec.template.spec', made: { containers: [] } }] },
  // Zalando's postgres-operator
  { group: 'acid.zalan.do', kind: 'postgresql', pods: [{ at: 'spec', fields: ['tolerations', 'nodeAffinity'] }] },
  // prometheus-operator
  ...['Prometheus', 'PrometheusAgent', 'Alertmanager', 'ThanosRuler'].map((kind) => ({ group: 'monitoring.coreos.com', kind, pods: [{ at: 'spec' }] })),
  // grafana-operator
  { group: 'grafana.integreatly.org', kind: 'Grafana', pods: [{ at: 'spec.deployment.spec.template.spec' }] },
  // OT-CONTAINER-KIT redis-operator
  ...['Redis', 'RedisSentinel'].map((kind) => ({ group: 'redis.redis.opstreelabs.in', kind, pods: [{ at: 'spec' }] })),
  { group: 'redis.redis.opstreelabs.in', kind: 'RedisReplication', pods: [{ at: 'spec' }, { at: 'spec.sentinel?' }] },
  { group: 'redis.redis.opstreelabs.in', kind: 'RedisCluster', pods: [{ at: 'spec.redisLeader' }, { at: 'spec.redisFollower' }] },
  // RabbitMQ cluster-operator
  { group: 'rabbitmq.com', kind: 'RabbitmqCluster', pods: [{ at: 'spec', fields: noSelector }, { at: 'spec.override?.statefulSet?.spec?.template?.spec?' }] },
  // MinIO operator
  { group: 'minio.min.io', kind: 'Tenant', pods: [{ at: 'spec.pools[]' }, { at: 'spec.kes?' }] },
  // Strimzi
  { group: 'kafka.strimzi.io', kind: 'Kafka', pods: ['kafka', 'entityOperator?', 'cruiseControl?', 'kafkaExporter?'].map((part) => ({ at: `spec.${part}.template.pod`, fields: noSelector })) },
  { group: 'kafka.strimzi.io', kind: 'KafkaNodePool', pods: [{ at: 'spec.template.pod', fields: noSelector }] },
  // Elastic Cloud on Kubernetes
  { group: 'elasticsearch.k8s.elastic.co', kind: 'Elasticsearch', pods: [{ at: 'spec.nodeSets[].podTemplate.spec' }] },
  { group: 'kibana.k8s.elastic.co', kind: 'Kibana', pods: [{ at: 'spec.podTemplate.spec' }] },
  // Argo Rollouts; its workloadRef points at a Deployment, which is placed itself
  { group: 'argoproj.io', kind: 'Rollout', pods: [{ at: 'spec.template?.spec' }], optional: true },
  // JobSet
  { group: 'jobset.x-k8s.io', kind: 'JobSet', pods: [{ at: 'spec.replicatedJobs[].template.spec.template.spec' }] },
]

export const workloads: readonly Workload[] = [...builtIn, ...custom]
